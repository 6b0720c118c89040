/**
 * Seeds of schedules that found a fault once, of the program or of one put into it. What a seed
 * stands for changes with what the simulation draws.
 */
export const seeds: readonly number[] = [
  501, 513, 515, 522, 539, 542, 556, 597, 626, 771, 782, 831, 854, 9_261, 11_793, 14_982,
]

/** The same, on machines that share an engine. */
export const fleetSeeds: readonly number[] = [10_044_014, 60_072_760]
