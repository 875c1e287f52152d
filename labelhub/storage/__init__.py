"""Object stores, behind a port. The only room that imports boto3; it refuses to decide who may read."""
