"""The pages about people: signing in, one's own profile, who may do what."""
