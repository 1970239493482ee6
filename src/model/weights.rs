//! Named tensors of safetensors files, checked for shape as they are taken.

use super::Error;
use super::files::Files;
use super::pages::OfTheProgram;
use half::f16;
use safetensors::{Dtype, SafeTensors};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The tensors of one file, or of several that belong together.
pub struct Weights<'a> {
    parts: Vec<Part<'a>>,
    /// Names of the tensors that nobody has asked for yet.
    left: Mutex<BTreeSet<String>>,
}

/// One of the files.
struct Part<'a> {
    tensors: SafeTensors<'a>,
    /// For messages.
    path: PathBuf,
    /// The bytes that the tensors are read from, if these outlive everything.
    lasting: Option<&'static [u8]>,
    /// The same, if they are of the program's file.
    pages: Option<OfTheProgram>,
}

/// A large tensor in half precision, left where it is if it stays there.
pub struct Halves(Cow<'static, [u8]>);

/// A large tensor of bytes, left where it is if it stays there.
pub struct Bytes(Cow<'static, [u8]>);

impl Bytes {
    /// Some of its numbers, in order.
    ///
    /// # Panics
    /// If there are not as many.
    pub fn of(&self, range: Range<usize>) -> impl Iterator<Item = i8> + '_ {
        self.0[range].iter().map(|byte| byte.cast_signed())
    }
}

impl Halves {
    /// Some of its numbers, in order.
    ///
    /// # Panics
    /// If there are not as many.
    pub fn of(&self, range: Range<usize>) -> impl Iterator<Item = f32> + '_ {
        let (pairs, _) = self.0.as_chunks::<2>();
        pairs[range].iter().map(|&bytes| f16::from_le_bytes(bytes).to_f32())
    }
}

impl<'a> Weights<'a> {
    /// Reads the directory of a safetensors file.
    ///
    /// # Errors
    /// If the bytes are not a whole safetensors file.
    pub fn new(bytes: &'a [u8], path: &Path) -> Result<Weights<'a>, Error> {
        Ok(Weights::together(vec![Part::new(bytes, path.to_owned(), None)?]))
    }

    /// The weights of a model out of the files of these names, whose bytes need not be copied if they are compiled in.
    ///
    /// # Errors
    /// If a file is missing or not a whole safetensors file.
    pub fn of(files: &'a Files, names: &[&str]) -> Result<Weights<'a>, Error> {
        let part = |name: &&str| Part::new(files.bytes(name)?, files.path(name), files.lasting(name));
        Ok(Weights::together(names.iter().map(part).collect::<Result<_, _>>()?))
    }

    fn together(parts: Vec<Part<'a>>) -> Weights<'a> {
        let left = parts.iter().flat_map(|part| part.tensors.names()).map(str::to_owned).collect();
        Weights { parts, left: Mutex::new(left) }
    }

    /// The file that has a tensor; the first one if none has.
    fn part(&self, name: &str) -> &Part<'a> {
        let has = |part: &&Part<'a>| part.tensors.tensor(name).is_ok();
        self.parts.iter().find(has).unwrap_or(&self.parts[0])
    }

    /// A tensor in half precision, as stored.
    ///
    /// # Errors
    /// If it is missing, not half precision of this shape, or holds a number that is not finite.
    pub fn f16(&self, name: &str, shape: &[usize]) -> Result<Vec<f16>, Error> {
        let (part, bytes) = self.halves_of(name, shape)?;
        let copy = bytes.as_chunks::<2>().0.iter().map(|&bytes| f16::from_le_bytes(bytes)).collect();
        part.let_go(bytes);
        Ok(copy)
    }

    /// The same without a copy, where that can be.
    ///
    /// # Errors
    /// As [`Weights::f16`].
    pub fn halves(&self, name: &str, shape: &[usize]) -> Result<Halves, Error> {
        let (part, bytes) = self.halves_of(name, shape)?;
        Ok(Halves(part.left_there(bytes)))
    }

    /// A tensor of signed bytes.
    ///
    /// # Errors
    /// If it is missing, or not bytes of this shape.
    pub fn i8(&self, name: &str, shape: &[usize]) -> Result<Vec<i8>, Error> {
        let (part, bytes) = self.stored(name, Dtype::I8, shape)?;
        let copy = bytes.iter().map(|byte| byte.cast_signed()).collect();
        part.let_go(bytes);
        Ok(copy)
    }

    /// The same without a copy, where that can be.
    ///
    /// # Errors
    /// As [`Weights::i8`].
    pub fn bytes(&self, name: &str, shape: &[usize]) -> Result<Bytes, Error> {
        let (part, bytes) = self.stored(name, Dtype::I8, shape)?;
        Ok(Bytes(part.left_there(bytes)))
    }

    fn halves_of(&self, name: &str, shape: &[usize]) -> Result<(&Part<'a>, &[u8]), Error> {
        let (part, bytes) = self.stored(name, Dtype::F16, shape)?;
        let (pairs, _) = bytes.as_chunks::<2>();
        if pairs.iter().all(|&bytes| f16::from_le_bytes(bytes).is_finite()) {
            Ok((part, bytes))
        } else {
            Err(Error::file(&part.path, format!("tensor '{name}' holds numbers that are not finite")))
        }
    }

    /// The bytes of a tensor, and the file that has them.
    fn stored(&self, name: &str, of: Dtype, shape: &[usize]) -> Result<(&Part<'a>, &[u8]), Error> {
        let part = self.part(name);
        let view = part.tensors.tensor(name).map_err(|_| {
            Error::file(&part.path, format!("has no tensor '{name}': not a model of this kind"))
        })?;
        if view.shape() != shape || view.dtype() != of {
            return Err(Error::file(
                &part.path,
                format!(
                    "tensor '{name}' is {:?} of shape {:?}, but {of:?} of {shape:?} is needed",
                    view.dtype(),
                    view.shape()
                ),
            ));
        }
        self.left.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok((part, view.data()))
    }

    /// A tensor in single precision, converted from half precision.
    ///
    /// # Errors
    /// As [`Weights::f16`].
    pub fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        Ok(self.f16(name, shape)?.into_iter().map(f16::to_f32).collect())
    }

    /// Checks that everything in the file was taken: a network with fewer layers would run on it, and say nonsense.
    ///
    /// # Errors
    /// If a tensor is left over.
    pub fn all_taken(&self) -> Result<(), Error> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        match left.first() {
            None => Ok(()),
            Some(name) => {
                let reason =
                    format!("has {} tensors too many, e.g. '{name}': not of this config", left.len());
                Err(Error::file(&self.part(name).path, reason))
            }
        }
    }
}

impl<'a> Part<'a> {
    fn new(bytes: &'a [u8], path: PathBuf, lasting: Option<&'static [u8]>) -> Result<Part<'a>, Error> {
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|source| Error::file(&path, format!("not a whole safetensors file: {source}")))?;
        Ok(Part { tensors, path, lasting, pages: lasting.and_then(OfTheProgram::find) })
    }

    /// Says that a tensor has been copied, and is done with.
    fn let_go(&self, tensor: &[u8]) {
        if let Some(pages) = self.pages {
            pages.let_go(tensor);
        }
    }

    fn left_there(&self, bytes: &[u8]) -> Cow<'static, [u8]> {
        let lasting = self.lasting.and_then(|all| {
            let start = (bytes.as_ptr() as usize).checked_sub(all.as_ptr() as usize)?;
            all.get(start..start + bytes.len())
        });
        lasting.map_or_else(|| Cow::Owned(bytes.to_vec()), Cow::Borrowed)
    }
}
