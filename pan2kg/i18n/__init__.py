"""Words, numbers and days in the languages of the catalogues."""
