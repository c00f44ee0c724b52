/**
 * How the examples that stand for a class are chosen. `uniform`: at random. The others go by features, what the last
 * hidden layer passes on: `herding` (Welling 2009; Rebuffi et al. 2017) keeps the mean of those chosen near the mean of
 * the class, `k-center` (Gonzalez 1985; Sener & Savarese 2018) leaves no example far from a chosen one,
 * `closest-to-mean` takes those nearest to the mean.
 */
export const selections = ['uniform', 'herding', 'k-center', 'closest-to-mean'] as const;
export type Selection = (typeof selections)[number];
