"""What the theme cannot say: text that Streamlit draws too pale or too dark to be read (below 4.5:1), or over ours."""

SHEET = """<style>
/* A key that presses a button is written on it at 0.6 of its colour. */
[data-testid=stMain] kbd { opacity: 1 !important; }
/* What is chosen, and the section that is open, are in the colour of buttons. */
[data-testid=stMain] button[data-variant][data-selected=true] { color: inherit !important; }
[data-testid=stTab][aria-selected=true] { color: inherit !important; }
/* A link to another part of this page is drawn as the one to the page one is on. */
[data-testid=stMain] a[data-testid=stPageLink-NavLink]:not(:hover) { background: transparent !important; }
/* The marks of code and of differences. */
[data-testid=stMain] [data-testid=stCode] :is(.keyword, .punctuation, .operator) { color: inherit !important; }
[data-testid=stMain] [data-testid=stCode] :is(.inserted, .deleted, .unchanged, .coord) { color: inherit !important; }
[data-testid=stMain] [data-testid=stCode] .inserted { background: rgba(0, 158, 115, 0.16); }
[data-testid=stMain] [data-testid=stCode] .deleted { background: rgba(196, 78, 0, 0.16); }
/* "Press Enter to submit form" is English on every page, and lies over what is typed on a phone. */
[data-testid=InputInstructions] { display: none; }
</style>"""
