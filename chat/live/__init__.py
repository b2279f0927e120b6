"""Live delivery: what is posted in one process appears on every open page.

    an action -> announce.* -> Redis -> Hub (one subscription per web process) -> Stream (one per open page)

Redis only makes it quick. The numbers of messages and notes say what a page is missing, and the database has it: a
stream that starts, finds a gap, falls behind or hears that Redis was away reads on from the last number it sent.
"""
