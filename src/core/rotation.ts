/** Rules by which protocols draw the angle of each task, by the authors whose protocol it is. */
export const angleRules = ['lopez-paz', 'buzzega', 'mirzadeh'] as const;

/** The same for turns that come to the same: 0 to 360 degrees. */
export const turnOf = (degrees: number): number => ((degrees % 360) + 360) % 360;

/** The angle in a task's name: "37.4°". */
export const angleText = (degrees: number): string => `${Number(degrees.toFixed(1))}°`;
