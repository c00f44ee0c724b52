;; Update rules over the heap of TensorFlow.js' WebAssembly, four parameters at a time. All vectors are given by their
;; byte offsets and are float32; `bytes` is their length, a multiple of 16. `node scripts/make-update-rules.mjs` makes
;; updateRules.json of this.
(module
  (import "env" "memory" (memory 1))

  ;; m' = b1 m + (1 - b1) g,  v' = b2 v + (1 - b2) g g,  theta' = theta - stepSize m' / (sqrt(v') + epsilon)
  (func (export "adam")
    (param $theta i32) (param $gradient i32) (param $m i32) (param $v i32)
    (param $thetaOut i32) (param $mOut i32) (param $vOut i32) (param $bytes i32)
    (param $beta1 f32) (param $beta2 f32) (param $stepSize f32) (param $epsilon f32)
    (local $at i32) (local $g v128) (local $first v128) (local $second v128)
    (local $b1 v128) (local $b2 v128) (local $rest1 v128) (local $rest2 v128) (local $step v128) (local $eps v128)
    (local.set $b1 (f32x4.splat (local.get $beta1)))
    (local.set $b2 (f32x4.splat (local.get $beta2)))
    (local.set $rest1 (f32x4.splat (f32.sub (f32.const 1) (local.get $beta1))))
    (local.set $rest2 (f32x4.splat (f32.sub (f32.const 1) (local.get $beta2))))
    (local.set $step (f32x4.splat (local.get $stepSize)))
    (local.set $eps (f32x4.splat (local.get $epsilon)))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $bytes))
        (then
          (local.set $g (v128.load (i32.add (local.get $gradient) (local.get $at))))
          (local.set $first
            (f32x4.add
              (f32x4.mul (local.get $b1) (v128.load (i32.add (local.get $m) (local.get $at))))
              (f32x4.mul (local.get $rest1) (local.get $g))))
          (local.set $second
            (f32x4.add
              (f32x4.mul (local.get $b2) (v128.load (i32.add (local.get $v) (local.get $at))))
              (f32x4.mul (local.get $rest2) (f32x4.mul (local.get $g) (local.get $g)))))
          (v128.store (i32.add (local.get $mOut) (local.get $at)) (local.get $first))
          (v128.store (i32.add (local.get $vOut) (local.get $at)) (local.get $second))
          (v128.store (i32.add (local.get $thetaOut) (local.get $at))
            (f32x4.sub
              (v128.load (i32.add (local.get $theta) (local.get $at)))
              (f32x4.div
                (f32x4.mul (local.get $step) (local.get $first))
                (f32x4.add (f32x4.sqrt (local.get $second)) (local.get $eps)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $next)))))

  ;; velocity' = momentum velocity + g,  theta' = theta - learningRate velocity'
  (func (export "momentum")
    (param $theta i32) (param $gradient i32) (param $velocity i32)
    (param $thetaOut i32) (param $velocityOut i32) (param $bytes i32)
    (param $learningRate f32) (param $momentum f32)
    (local $at i32) (local $next v128) (local $rate v128) (local $mu v128)
    (local.set $rate (f32x4.splat (local.get $learningRate)))
    (local.set $mu (f32x4.splat (local.get $momentum)))
    (loop $more
      (if (i32.lt_u (local.get $at) (local.get $bytes))
        (then
          (local.set $next
            (f32x4.add
              (f32x4.mul (local.get $mu) (v128.load (i32.add (local.get $velocity) (local.get $at))))
              (v128.load (i32.add (local.get $gradient) (local.get $at)))))
          (v128.store (i32.add (local.get $velocityOut) (local.get $at)) (local.get $next))
          (v128.store (i32.add (local.get $thetaOut) (local.get $at))
            (f32x4.sub
              (v128.load (i32.add (local.get $theta) (local.get $at)))
              (f32x4.mul (local.get $rate) (local.get $next))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $more))))))
