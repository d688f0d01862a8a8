"""The head office: takes receipts in, keeps the ledger, and feeds the tills."""
