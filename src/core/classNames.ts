const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names of the classes of known data sets, in the order of their labels, as their authors have them. */
export const classNames = {
  'fashion-mnist': [
    ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
    ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  ],
  'cifar-10': words('airplane automobile bird cat deer dog frog horse ship truck'),
  'cifar-100': words(`
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
    caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant
    flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree
    motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate
    poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider
    squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
    wardrobe whale willow_tree wolf woman worm`),
  'cifar-100-coarse': words(`
    aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture
    insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores
    medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2`),
} as const satisfies Record<string, readonly string[]>;

/** More than this is no name of a task that anybody reads. */
const MOST_CHARACTERS = 60;

/** Classes by their names, as far as there is room: "Trouser / Pullover", "apple / aquarium_fish / … (20)". */
export function classesText(names: readonly string[], most = MOST_CHARACTERS): string {
  const whole = names.join(' / ');
  if (whole.length <= most) return whole;
  const end = `… (${names.length})`;
  let kept = '';
  for (const name of names) {
    const longer = `${kept}${name} / `;
    if (longer.length + end.length > most) break;
    kept = longer;
  }
  return kept === '' ? `${names[0]?.slice(0, most - end.length - 1) ?? ''}${end}` : `${kept}${end}`;
}
