"""Looking into a file without opening it: pictures, pages, text and the first rows of a table.

What reads a stranger's bytes (`pictures`, `pages`, `text`, `tables`) knows neither Django nor the database, and runs
in a process of its own (`child`, started by `sandbox`), with little memory, little time and no secrets. What comes of
it is kept by `work`.
"""
