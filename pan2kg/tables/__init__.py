"""What is computed, as tables that can be cited, and the writers of all tables."""
