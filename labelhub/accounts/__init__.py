"""People, their organizations, roles, attested places of work and sign-in. It refuses to know any footage."""
