"""The Streamlit app, installed as anygen_ui: pages in front, one engine with the model behind them."""
