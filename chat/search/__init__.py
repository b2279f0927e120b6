"""Full-text search of chats.

words.py  what counts as a word, for what is stored, what is asked, and what is marked in an answer
index.py  a worker writes the words of messages and notes into tables of their own; posting pays nothing for it
find.py   questions: the newest answers first, in one statement for messages and one for notes
"""
