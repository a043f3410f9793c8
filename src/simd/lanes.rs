//! What sixteen bytes at once can do in WebAssembly and in every processor of x86-64, under the same names.

#[cfg(target_arch = "x86_64")]
pub(super) use sse2::*;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use wasm::*;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    pub(in crate::simd) use core::arch::wasm32::{
        i8x16_add as add, i8x16_sub as sub, i16x8_mul as mul16, u8x16_add_sat as add_sat, u8x16_bitmask as marks,
        u8x16_eq as equal, u8x16_min as min, u8x16_narrow_i16x8 as narrow, u8x16_sub_sat as sub_sat,
        u16x8_splat as splat16, v128 as Lanes, v128_or as or,
    };
    use core::arch::wasm32::{i64x2_extract_lane, u8x16_splat, u16x8_shr, v128_and, v128_any_true};

    #[inline(always)]
    pub(in crate::simd) fn splat(byte: u8) -> Lanes {
        u8x16_splat(byte)
    }

    /// The upper byte of every two.
    #[inline(always)]
    pub(in crate::simd) fn upper(lanes: Lanes) -> Lanes {
        u16x8_shr(lanes, 8)
    }

    #[inline(always)]
    pub(in crate::simd) fn has_beyond_15(lanes: Lanes) -> bool {
        v128_any_true(v128_and(lanes, splat(0xf0)))
    }

    #[inline(always)]
    pub(in crate::simd) fn low(lanes: Lanes) -> u64 {
        i64x2_extract_lane::<0>(lanes) as u64
    }

    #[inline(always)]
    pub(in crate::simd) fn high(lanes: Lanes) -> u64 {
        i64x2_extract_lane::<1>(lanes) as u64
    }
}

/// Each processor of x86-64 has SSE2.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    pub(in crate::simd) use core::arch::x86_64::__m128i as Lanes;
    use core::arch::x86_64::{
        _mm_add_epi8, _mm_adds_epu8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi128_si64, _mm_min_epu8, _mm_movemask_epi8,
        _mm_mullo_epi16, _mm_or_si128, _mm_packus_epi16, _mm_set1_epi8, _mm_set1_epi16, _mm_srli_epi16, _mm_sub_epi8,
        _mm_subs_epu8, _mm_unpackhi_epi64,
    };

    macro_rules! functions {
        ($($(#[$about:meta])* $name:ident($($argument:ident: $kind:ty),+) -> $result:ty = $word:expr;)*) => {
            $(
                $(#[$about])*
                #[inline(always)]
                pub(in crate::simd) fn $name($($argument: $kind),+) -> $result {
                    // SAFETY: SSE2 is there.
                    unsafe { $word }
                }
            )*
        };
    }

    functions! {
        add(a: Lanes, b: Lanes) -> Lanes = _mm_add_epi8(a, b);
        sub(a: Lanes, b: Lanes) -> Lanes = _mm_sub_epi8(a, b);
        add_sat(a: Lanes, b: Lanes) -> Lanes = _mm_adds_epu8(a, b);
        sub_sat(a: Lanes, b: Lanes) -> Lanes = _mm_subs_epu8(a, b);
        min(a: Lanes, b: Lanes) -> Lanes = _mm_min_epu8(a, b);
        mul16(a: Lanes, b: Lanes) -> Lanes = _mm_mullo_epi16(a, b);
        narrow(a: Lanes, b: Lanes) -> Lanes = _mm_packus_epi16(a, b);
        or(a: Lanes, b: Lanes) -> Lanes = _mm_or_si128(a, b);
        equal(a: Lanes, b: Lanes) -> Lanes = _mm_cmpeq_epi8(a, b);
        /// The highest bit of each byte.
        marks(lanes: Lanes) -> u16 = _mm_movemask_epi8(lanes).cast_unsigned() as u16;
        splat(byte: u8) -> Lanes = _mm_set1_epi8(byte.cast_signed());
        splat16(number: u16) -> Lanes = _mm_set1_epi16(number.cast_signed());
        /// The upper byte of every two.
        upper(lanes: Lanes) -> Lanes = _mm_srli_epi16(lanes, 8);
        has_beyond_15(lanes: Lanes) -> bool =
            _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(lanes, splat(0xf0)), splat(0))) != 0xffff;
        low(lanes: Lanes) -> u64 = _mm_cvtsi128_si64(lanes).cast_unsigned();
        high(lanes: Lanes) -> u64 = low(_mm_unpackhi_epi64(lanes, lanes));
    }
}
