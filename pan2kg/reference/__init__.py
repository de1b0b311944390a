"""What the words of the graph mean and how good it is: documentation of the ontology, and figures on quality."""
