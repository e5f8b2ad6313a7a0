# Two commands do everything on a fresh Debian machine with Swift 6: `make run` and `make test`.
SWIFT ?= swift
SCENARIO ?= Scenarios/pd-separation.json

.PHONY: run test test-python validate python notebooks bench build static dependencies clean

run: build
	.build/release/simulate run $(SCENARIO) $(ARGUMENTS)

build: dependencies
	$(SWIFT) build -c release --product simulate

# One file that runs on any Linux of this architecture, without Swift or libraries; plain matrix products instead of
# oneDNN, which cannot be linked so. The libraries are those that the static GLPK needs.
STATIC_LIBRARIES = amd colamd suitesparseconfig gmp z ltdl
static: dependencies
	@test -e /usr/include/ltdl.h || ./scripts/install-dependencies --static
	$(SWIFT) build -c release --product simulate --scratch-path .build/static --disable-default-traits \
	    --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld $(STATIC_LIBRARIES:%=-Xlinker -l%)
	strip -o .build/simulate-static .build/static/release/simulate
	scripts/runs-alone .build/simulate-static

test: dependencies
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	scripts/same-bytes

# The Python package beside the simulator, in an environment of its own; its pages are looked at in Chromium. Tests of
# results, pages and notebooks run the program that is built and skip where there is none.
test-python: python
	@{ command -v chromium && command -v jq; } >/dev/null || ./scripts/install-dependencies --python
	cd notebooks-export && ../.venv/bin/python -m pytest -q

# Predictions against measurements. Public kernel tables are Parquet, which the Python package makes tables of that the
# simulator reads; where the tables are not there, their fits are left out.
MEASURED = $(or $(SIMULATE_DATA),../shared/data)
KERNELS = $(MEASURED)/kernels/aiconfigurator/systems/data
KERNEL_TABLES = $(if $(wildcard $(KERNELS)),$(addprefix out/kernel-tables/,a100-vllm-0.14.0.csv h100-vllm-0.14.0.csv h100-vllm-0.24.0.csv))
validate: build $(KERNEL_TABLES)
	.build/release/simulate validate $(ARGUMENTS)

out/kernel-tables/%.csv: | python
	mkdir -p $(@D)
	.venv/bin/simulate-export aiconfigurator -o $@ $(foreach kind,gemm attention moe comm,\
	    $(wildcard $(KERNELS)/$(firstword $(subst -, ,$*))_sxm/$(kind)/vllm/$(lastword $(subst -, ,$*))/*_perf.parquet))

# Runs the notebooks and exports them with their plots to out/notebooks.
notebooks: build python
	cd notebooks-export && ../.venv/bin/python -m pytest -q tests/test_notebooks.py

python:
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r notebooks-export/requirements.txt
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps -e notebooks-export

bench: dependencies
	$(SWIFT) build -c release --product bench
	.build/release/bench

# libjansson reads every document, oneDNN multiplies matrices in the host's kernels, GLPK solves the linear programmes
# of the policies that divide a cluster.
dependencies:
	@{ pkg-config --exists jansson && test -e /usr/include/dnnl.h && test -e /usr/include/glpk.h; } 2>/dev/null || ./scripts/install-dependencies

clean:
	rm -rf .build
