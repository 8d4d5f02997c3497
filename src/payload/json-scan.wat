;; Whether bytes are JSON (RFC 8259), sixteen of them at a time inside strings. `npm run generate` compiles it into
;; json-scan-wasm.ts; json-scan.ts calls it and says what its answers mean.
;;
;; Invariants:
;; 1. 1 is only returned for JSON that nests no deeper than 500 (MAX_JSON_DEPTH in json-check.ts). UTF-8 is not checked.
;; 2. It ends, and reads nothing beyond the sixteen zero bytes that it puts behind the text: no token and no string goes
;;    over a zero, so each stops there at the latest.
;;
;; Memory: 0 to 511, for each open container whether the one around it is an object; from 512, the text.
;; The functions take the address of a byte and return the address behind what they read, or 0: it is not that.
(module
  (memory (export "memory") 2)

  ;; The rest of a string, behind its opening quote.
  (func $string (param $at i32) (result i32)
    (local $bytes v128)
    (local $found i32)
    (local $byte i32)
    (loop $more
      (local.set $bytes (v128.load (local.get $at)))
      ;; A bit for each quote, backslash and control character.
      (local.set $found
        (i8x16.bitmask
          (v128.or
            (v128.or
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c))))
            (i8x16.lt_u (local.get $bytes) (i8x16.splat (i32.const 0x20))))))
      (if (i32.eqz (local.get $found))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $more)))
      (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found))))
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.eq (local.get $byte) (i32.const 0x22)) ;; "
        (then (return (i32.add (local.get $at) (i32.const 1)))))
      (if (i32.ne (local.get $byte) (i32.const 0x5c)) ;; \
        (then (return (i32.const 0))))
      (local.set $at (call $escape (local.get $at)))
      (br_if $more (local.get $at)))
    (i32.const 0))

  ;; An escape, from its backslash.
  (func $escape (param $at i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u offset=1 (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 0x75)) ;; u
      (then
        (return
          (select
            (i32.add (local.get $at) (i32.const 6))
            (i32.const 0)
            (i32.and
              (i32.and
                (call $is_hex (i32.load8_u offset=2 (local.get $at)))
                (call $is_hex (i32.load8_u offset=3 (local.get $at))))
              (i32.and
                (call $is_hex (i32.load8_u offset=4 (local.get $at)))
                (call $is_hex (i32.load8_u offset=5 (local.get $at)))))))))
    (select
      (i32.add (local.get $at) (i32.const 2))
      (i32.const 0)
      (i32.or
        (i32.or
          (i32.or
            (i32.eq (local.get $byte) (i32.const 0x22)) ;; "
            (i32.eq (local.get $byte) (i32.const 0x5c))) ;; \
          (i32.or
            (i32.eq (local.get $byte) (i32.const 0x2f)) ;; /
            (i32.eq (local.get $byte) (i32.const 0x62)))) ;; b
        (i32.or
          (i32.or
            (i32.eq (local.get $byte) (i32.const 0x66)) ;; f
            (i32.eq (local.get $byte) (i32.const 0x6e))) ;; n
          (i32.or
            (i32.eq (local.get $byte) (i32.const 0x72)) ;; r
            (i32.eq (local.get $byte) (i32.const 0x74))))))) ;; t

  (func $is_hex (param $byte i32) (result i32)
    (i32.or
      (call $is_digit (local.get $byte))
      ;; a to f, or in upper case: they differ in this one bit.
      (i32.lt_u (i32.sub (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x61)) (i32.const 6))))

  (func $is_digit (param $byte i32) (result i32)
    (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 10)))

  ;; number = [ "-" ] ( "0" | 1-9 { digit } ) [ "." digit { digit } ] [ e [ sign ] digit { digit } ]
  (func $number (param $at i32) (result i32)
    (local $byte i32)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x2d)) ;; -
      (then (local.set $at (i32.add (local.get $at) (i32.const 1)))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x30)) ;; 0
      (then (local.set $at (i32.add (local.get $at) (i32.const 1))))
      (else
        (local.set $at (call $digits (local.get $at)))
        (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x2e)) ;; .
      (then
        (local.set $at (call $digits (i32.add (local.get $at) (i32.const 1))))
        (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))))
    (if (i32.eq (i32.or (i32.load8_u (local.get $at)) (i32.const 0x20)) (i32.const 0x65)) ;; e, E
      (then
        (local.set $byte (i32.load8_u offset=1 (local.get $at)))
        (return
          (call $digits
            (i32.add
              (local.get $at)
              (i32.add
                (i32.const 1)
                (i32.or
                  (i32.eq (local.get $byte) (i32.const 0x2b)) ;; +
                  (i32.eq (local.get $byte) (i32.const 0x2d)))))))))
    (local.get $at))

  ;; One digit or more.
  (func $digits (param $at i32) (result i32)
    (local $from i32)
    (local.set $from (local.get $at))
    (loop $more
      (if (call $is_digit (i32.load8_u (local.get $at)))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $more))))
    (select (i32.const 0) (local.get $at) (i32.eq (local.get $at) (local.get $from))))

  ;; White space, which may be none.
  (func $space (param $at i32) (result i32)
    (local $bytes v128)
    (local $found i32)
    (loop $more
      (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 0x20))
        (then
          (local.set $bytes (v128.load (local.get $at)))
          ;; A bit for each byte that is none of space, line feed, carriage return, tab.
          (local.set $found
            (i32.xor
              (i32.const 0xffff)
              (i8x16.bitmask
                (v128.or
                  (v128.or
                    (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x20)))
                    (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x0a))))
                  (v128.or
                    (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x0d)))
                    (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x09))))))))
          (if (i32.eqz (local.get $found))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 16)))
              (br $more)))
          (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found)))))))
    (local.get $at))

  ;; true, false, null, or a number.
  (func $scalar (param $at i32) (result i32)
    (local $word i32)
    (local.set $word (i32.load (local.get $at)))
    (if (i32.or
          (i32.eq (local.get $word) (i32.const 0x65757274)) ;; true, little-endian
          (i32.eq (local.get $word) (i32.const 0x6c6c756e))) ;; null
      (then (return (i32.add (local.get $at) (i32.const 4)))))
    (if (i32.and
          (i32.eq (local.get $word) (i32.const 0x736c6166)) ;; fals
          (i32.eq (i32.load8_u offset=4 (local.get $at)) (i32.const 0x65))) ;; e
      (then (return (i32.add (local.get $at) (i32.const 5)))))
    (call $number (local.get $at)))

  ;; `$space` is called only where a byte may be white: a call costs more than the look.
  ;; 1 when the bytes from `at` to `end` are JSON; 0 when they are not, or nest too deep.
  (func (export "accepts") (param $at i32) (param $end i32) (result i32)
    (local $byte i32)
    (local $depth i32)
    (local $in_object i32)
    (v128.store (local.get $end) (v128.const i64x2 0 0))
    (loop $element
      ;; A member's name comes before its value.
      (if (local.get $in_object)
        (then
          (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 0x20))
            (then (local.set $at (call $space (local.get $at)))))
          (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x22)) (then (return (i32.const 0)))) ;; "
          (local.set $at (call $string (i32.add (local.get $at) (i32.const 1))))
          (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))
          (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 0x20))
            (then (local.set $at (call $space (local.get $at)))))
          (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x3a)) (then (return (i32.const 0)))) ;; :
          (local.set $at (i32.add (local.get $at) (i32.const 1)))))
      (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 0x20))
        (then (local.set $at (call $space (local.get $at)))))
      (local.set $byte (i32.load8_u (local.get $at)))
      (block $value
        (if (i32.eq (local.get $byte) (i32.const 0x22)) ;; "
          (then
            (local.set $at (call $string (i32.add (local.get $at) (i32.const 1))))
            (br $value)))
        (if (i32.or
              (i32.eq (local.get $byte) (i32.const 0x7b)) ;; {
              (i32.eq (local.get $byte) (i32.const 0x5b))) ;; [
          (then
            (if (i32.ge_u (local.get $depth) (i32.const 500)) (then (return (i32.const 0))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 0x20))
              (then (local.set $at (call $space (local.get $at)))))
            ;; An empty one is over at once; each closing bracket's code is its opening one's and two.
            (if (i32.eq (i32.load8_u (local.get $at)) (i32.add (local.get $byte) (i32.const 2)))
              (then
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $value)))
            (i32.store8 (local.get $depth) (local.get $in_object))
            (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
            (local.set $in_object (i32.eq (local.get $byte) (i32.const 0x7b)))
            (br $element)))
        (local.set $at (call $scalar (local.get $at))))
      (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))
      (loop $behind_value
        (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 0x20))
          (then (local.set $at (call $space (local.get $at)))))
        (if (i32.eqz (local.get $depth)) (then (return (i32.eq (local.get $at) (local.get $end)))))
        (local.set $byte (i32.load8_u (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $element (i32.eq (local.get $byte) (i32.const 0x2c))) ;; ,
        (if (i32.ne (local.get $byte) (select (i32.const 0x7d) (i32.const 0x5d) (local.get $in_object))) ;; } ]
          (then (return (i32.const 0))))
        (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
        (local.set $in_object (i32.load8_u (local.get $depth)))
        (br $behind_value)))
    (i32.const 0)))
