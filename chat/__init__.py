"""The group chat of a WorkStream and the team's Internal Notes: two tables, two endpoints, two live channels."""
