// The workbench: the SPARQL editor's page and the questions, fetched only by pages that have them.

import "../sortable-table";
import "./question-form";
import "./sparql-editor";
