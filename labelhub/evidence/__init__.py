"""The stored ledger and the reports made from it. It refuses to change or delete an entry."""
