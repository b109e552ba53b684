package main

import "strings"

// libtorchVersion is the release of PyTorch whose libtorch we build with. A
// LIBTORCH or an installed PyTorch of the same minor version serves as well.
const libtorchVersion = "2.11.0"

// A wheel is one file of PyPI, named as there, with the SHA-256 of its bytes.
type wheel struct{ file, sha256 string }

// requirement is the wheel as pip wants it: name==version.
func (w wheel) requirement() string {
	part := strings.Split(w.file, "-")
	return part[0] + "==" + part[1]
}

// cpuWheels is libtorch, and what libtorch_cpu.so links although it runs on
// the CPU: the wheel is the one built with CUDA.
var cpuWheels = []wheel{
	{"torch-2.11.0-cp311-cp311-manylinux_2_28_x86_64.whl", "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"},
	{"nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"},
	{"nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl", "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"},
}

// cudaWheels is what CUDA adds: the libraries that libtorch_cuda.so links, by
// the wheel's own metadata, and the headers of the CUDA shim.
var cudaWheels = []wheel{
	{"nvidia_cuda_crt-13.0.88-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4"},
	{"nvidia_cublas-13.1.0.3-py3-none-manylinux_2_27_x86_64.whl", "ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171"},
	{"nvidia_cuda_nvrtc-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", "ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575"},
	{"nvidia_cudnn_cu13-9.19.0.56-py3-none-manylinux_2_27_x86_64.whl", "d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf"},
	{"nvidia_cufft-12.0.0.61-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3"},
	{"nvidia_cufile-1.15.1.6-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44"},
	{"nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl", "1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc"},
	{"nvidia_cusolver-12.0.4.66-py3-none-manylinux_2_27_x86_64.whl", "0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112"},
	{"nvidia_cusparse-12.6.3.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b"},
	{"nvidia_cusparselt_cu13-0.8.0-py3-none-manylinux2014_x86_64.whl", "25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd"},
	{"nvidia_nccl_cu13-2.28.9-py3-none-manylinux_2_18_x86_64.whl", "e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42"},
	{"nvidia_nvjitlink-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", "13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b"},
	{"nvidia_nvshmem_cu13-3.4.5-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80"},
}

// clangFormatWheel formats the C++ sources; its version decides how.
var clangFormatWheel = wheel{"clang_format-19.1.7-py2.py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "f4906fb463dd2033032978f56962caab268c9428a384126b9400543eb667f11c"}
