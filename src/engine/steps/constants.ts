import * as tf from '@tensorflow/tfjs-core';
import type { Stored } from '../contract/memory';
import type { Tensors } from '../contract/step';
import { dataTypes, type DataType } from '../graph/model';
import { deleteFeeds, feedFrom, feedOf, type Feed } from '../graph/session';

/** What a method gives to its steps: tensors, and arrays that become tensors in the step. */
export type Constants = Readonly<Record<string, tf.Tensor | Stored>>;

/** As tensors for one step taken an operation at a time; bytes become int32. */
export const tensorsFor = (constants: Constants): Tensors =>
  Object.fromEntries(
    Object.entries(constants).map(([name, one]) => [name, one instanceof tf.Tensor ? one : tensorOf(one)]),
  );

function tensorOf({ shape, values }: Stored): tf.Tensor {
  if (values instanceof Float32Array) return tf.tensor(values, [...shape], 'float32');
  return tf.tensor(values instanceof Int32Array ? values : Int32Array.from(values), [...shape], 'int32');
}

/** Constants in TensorFlow's memory for compiled steps, handed over once for as long as they stay the same. */
export class FedConstants {
  private of: Constants | undefined;
  private feeds: Readonly<Record<string, Feed>> = {};
  /** Those of arrays: the others are tensors that the method's memory holds. */
  private made: Feed[] = [];

  feedsOf(constants: Constants): Readonly<Record<string, Feed>> {
    if (this.of === constants) return this.feeds;
    this.dispose();
    this.feeds = Object.fromEntries(Object.entries(constants).map(([name, one]) => [name, this.feed(one)]));
    this.of = constants;
    return this.feeds;
  }

  dispose(): void {
    deleteFeeds(this.made.splice(0));
    this.of = undefined;
  }

  private feed(one: tf.Tensor | Stored): Feed {
    if (one instanceof tf.Tensor) return feedOf(one);
    const feed = feedFrom(one.values, { shape: one.shape, dtype: typeOf(one) });
    this.made.push(feed);
    return feed;
  }
}

function typeOf({ values }: Stored): DataType {
  if (values instanceof Float32Array) return dataTypes.float32;
  return values instanceof Int32Array ? dataTypes.int32 : dataTypes.uint8;
}

/** Stands for the shapes and types of constants. */
export const typesOf = (constants: Constants): readonly (readonly [string, readonly number[], string])[] =>
  Object.entries(constants).map(([name, one]) => [
    name,
    one.shape,
    one instanceof tf.Tensor ? one.dtype : one.values.constructor.name,
  ]);
