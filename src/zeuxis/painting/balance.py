"""Constants that make a weight of 1 look right.

Content, style and roughness come in units of their own, and so does every statistic with every distance.
With these factors `content_weight`, `style_weight` and `tv_weight` are shares: 1 is what we like best over
the photographs and paintings of the gallery, 2 is twice as much of it.
"""

CONTENT_BALANCE = {"mse": 1.0, "rmse": 1.5, "l1": 3.0}
TV_BALANCE = 0.1
BALANCE = {
    "gram": {"mse": 250.0, "rmse": 40.0, "l1": 120.0},
    "mean_std": {"mse": 25.0, "rmse": 15.0, "l1": 15.0},
    "wasserstein": {"mse": 7.0, "rmse": 10.0, "l1": 10.0},
    "sliced": {"mse": 20.0, "rmse": 15.0, "l1": 15.0},
    "nearest": {"mse": 100.0, "rmse": 40.0, "l1": 40.0},
}
