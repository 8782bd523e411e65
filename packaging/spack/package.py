import os

from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Lrsweep(CMakePackage):
    """Finds the best learning-rate schedule for a model and its data: trains every combination of
    schedules and parameters that a YAML file lists, and ranks them in one SQLite file."""

    # A release's source archive (scripts/make-release); its hash is in SHA256SUMS:
    #   version("0.2.0", sha256="...", url="https://.../lrsweep-0.2.0.tar.gz")
    # A checkout is installed by `spack dev-build lrsweep@develop` in its folder.
    version("develop")
    license("BSD-3-Clause")

    variant("mpi", default=True, description="workers on several machines")
    variant("torch", default=False, description="the LibTorch engine")
    variant("curl", default=True, description="downloading MNIST and Fashion-MNIST")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("ninja", type="build")
    depends_on("boost", type="build")  # headers of Boost.Math
    depends_on("cli11@2.1:", type="build")
    depends_on("nlohmann-json@3.11:", type="build")
    depends_on("fmt@9:")
    depends_on("highway@1.0.3:")
    depends_on("muparser@2.3:")
    depends_on("openssl@3:")
    depends_on("yaml-cpp@0.7:")
    depends_on("zlib-api")
    depends_on("curl", when="+curl")
    depends_on("mpi", when="+mpi", type=("build", "link", "run"))
    depends_on("py-torch", when="+torch")
    conflicts("%gcc@:10", msg="lrsweep is C++20: g++ 11 or newer")
    conflicts("%clang@:13", msg="lrsweep is C++20: clang++ 14 or newer")

    # What Spack has no package for, as cmake/sources.cmake pins it.
    resource(
        name="sqlitecpp",
        url="https://github.com/SRombauts/SQLiteCpp/archive/refs/tags/3.3.3.tar.gz",
        sha256="33bd4372d83bc43117928ee842be64d05e7807f511b5195f85d30015cad9cac6",
        destination="sources",
        placement="sqlitecpp",
    )
    resource(
        name="protozero",
        url="https://github.com/mapbox/protozero/archive/refs/tags/v1.8.1.tar.gz",
        sha256="6c7a896f1dc08435e8cd4f3780ff688cd0bfce6890599b755f6f3cb36398dc25",
        destination="sources",
        placement="protozero",
    )
    resource(
        name="d3",
        url="https://cdnjs.cloudflare.com/ajax/libs/d3/5.16.0/d3.min.js",
        sha512="147b0554a43f4f52962431926eb5214c9c92d69877791af1236dbc343d0419a129eafe1afef1b03d67770ed7"
        "7ffbd708edc7287d9be5ff0ba520212eac7375a6",
        destination="sources",
        placement="d3",
        expand=False,
    )

    generator("ninja")

    def cmake_args(self):
        args = [
            self.define("LRSWEEP_TESTS", False),
            self.define("LRSWEEP_DEPENDENCIES", "auto"),
            self.define_from_variant("LRSWEEP_MPI", "mpi"),
            self.define_from_variant("LRSWEEP_TORCH", "torch"),
            self.define_from_variant("LRSWEEP_CURL", "curl"),
        ]
        # `spack dev-build` fetches no resources: CMake downloads them then.
        sources = join_path(self.stage.source_path, "sources")
        if os.path.isdir(sources):
            args.append(self.define("LRSWEEP_SOURCES", sources))
            args.append(self.define("D3", join_path(sources, "d3", "d3.min.js")))
        if "+torch" in self.spec:
            torch = join_path(self.spec["py-torch"].package.cmake_prefix_paths[0], "Torch")
            args.append(self.define("Torch_DIR", torch))
        return args
