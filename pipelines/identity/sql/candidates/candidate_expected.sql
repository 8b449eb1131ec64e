-- What is expected of a field before the data is asked: how often two records of one person (`same`) and of two people
-- (`other`) compare so. docs/identity.md argues for the numbers.
SELECT * FROM (VALUES
    ('first', 'equal', 0.82, 0.010), ('first', 'nickname', 0.07, 0.010), ('first', 'near', 0.09, 0.020), ('first', 'differs', 0.02, 0.960),
    ('last', 'equal', 0.85, 0.003), ('last', 'near', 0.10, 0.010), ('last', 'differs', 0.05, 0.987),
    ('birthday', 'equal', 0.88, 0.0001), ('birthday', 'near', 0.06, 0.001), ('birthday', 'similar', 0.03, 0.010), ('birthday', 'differs', 0.03, 0.9889),
    ('city', 'equal', 0.65, 0.050), ('city', 'near', 0.05, 0.010), ('city', 'differs', 0.30, 0.940),
    ('work', 'equal', 0.50, 0.010), ('work', 'near', 0.05, 0.002), ('work', 'differs', 0.45, 0.988),
    ('local', 'equal', 0.30, 0.0005), ('local', 'near', 0.10, 0.001), ('local', 'differs', 0.60, 0.9985)
) AS given(field, level, same, other)
