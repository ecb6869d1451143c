"""How fast is batch rendering, and what does its care cost?

python -m anygen_pipelines.batch_speed --work FOLDER --write docs/results/batch.md
python -m anygen_pipelines.batch_speed.resume --work FOLDER --write docs/results/batch.md
"""
