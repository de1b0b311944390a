"""A release on a portal that runs udata, such as data.public.lu."""
