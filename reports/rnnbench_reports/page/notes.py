"""Notes of the page on how its figures are made."""

SCORES = (
    "Scores are medians over seeds with [smallest to largest]. Epochs to target are means up to"
    " the budget, where unsolved seeds count as the whole budget. Their 95 % interval allows for"
    " seeds that might have been unsolved. Solve rates have a 95 % Clopper-Pearson interval. A"
    " verdict between two cells is about the typical seed. It is the median, over seeds and pairs"
    " of seeds, of the ratio of their epochs or of the difference of their scores."
)
SCORES_ALONE = (
    "Scores are medians over seeds with [smallest to largest]. A verdict between two cells is about"
    " the typical seed: the median, over seeds and pairs of seeds, of the difference of their test"
    " scores."
)
RATES_BY_SCORE = (
    "Each figure of this report is that of the cell with the rate that this search finds: by"
    " validation data, on the same grid for each cell. The best rate lost the fewest trials; among"
    " equals it has the best mean score. Seconds are those of processes that ran side by side, and"
    " only indicative."
)
RATES = (
    "Each figure of this report is that of the cell with the rate that this search finds. The"
    " search is by validation data, on the same grid for each cell. The best rate lost the fewest"
    " trials. Among equals it needs the fewest epochs to target, where “not reached” counts as the"
    " budget. Among equals in that too, it has the best mean score. Seconds are those of processes"
    " that ran side by side, and only indicative."
)
ACROSS = (
    "Aspects are listed one by one and never added up. A score is that of one run, which is a cell"
    " on a condition at a seed. The score 0 needs no learning, 1 is the target, and no score lies"
    " beyond. The interquartile mean is the mean of the middle half of all runs. The optimality gap"
    " is 1 minus the mean of all runs. Intervals at 95 % hold from three seeds on, over these tasks"
    " and no others. The probability of improvement is how likely a run of one cell is better than"
    " one of another on the same condition. Ties count as half in that probability, and its"
    " intervals hold for all pairs of cells at once. Only complete sets are aggregated."
)
COST = (
    "Cost figures are of steps of the bare cell, in processes beside which no other trial of the"
    " run goes on. Where other work kept the machine busy, a caveat says so. {clock} The cells of a"
    " run take steps in turns, together with torch's LSTM as the reference cell. A ratio is"
    " therefore known better than the milliseconds. Ratios are to one reference that was named"
    " before anything was measured: a row of the suite's choice, or the reference cell."
    " Milliseconds are medians over replicates with [smallest to largest]. From 8 replicates on, a"
    " ratio has a 95 % interval (Student's). All intervals of one table hold at once, as 5 % are"
    " divided by their number. Over several sessions, an interval reaches from the lowest end of"
    " theirs to the highest. The first step, which may compile, is listed separately. No step is"
    " dropped. “Slow” counts the steps whose {slow} is over 1.5 times the median of their"
    " replicate, which moves no median."
)
