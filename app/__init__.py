"""The dashboard: Streamlit pages over the journal, and the command that sets Machiai up."""
