"""The countries a project can be of, and how a project of one begins.

table      codes, names, official languages and gazettes
"""
