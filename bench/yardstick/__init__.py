"""The same list as a beginner would write it with the same libraries, on the same tables and indexes.

It is what the grid is measured against, and nothing else: only the bench's own settings know its address.
"""
