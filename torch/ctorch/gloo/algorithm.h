// Libtorch's headers of its Gloo backend include Gloo's, which its packages do
// not bring. The files of this folder declare the little that they name; no
// code of Gloo's is compiled here: it is inside libtorch_cpu.so.
#pragma once
