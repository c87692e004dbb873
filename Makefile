# Thin: what each target does is decided in the harness. Every target sets the machine up first; that costs nothing
# the second time. Set-up itself is scripts/setup.sh.
#
#   SET="VREAD_AMP=45m TEMP=85"   declared parameters by name, for figures, single testbenches and the scoreboard
#   JOBS=2                        simulations at a time (default: one a core)

SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
READY := .venv/.ready
SPINTEGRATE := $(BIN)/spintegrate

# Single quotes around what the user typed, so that the shell passes it on and runs none of it.
quote = '$(subst ','\'',$(1))'
quote_each = $(foreach word,$(1),$(call quote,$(word)))
JOBS_OPTION = $(if $(JOBS),--jobs $(call quote,$(JOBS)))
JUNCTIONS_OPTION = $(if $(MTJ_SIGMA),--mtj-sigma $(call quote,$(MTJ_SIGMA)))
MC_OPTIONS = $(if $(N),--n $(call quote,$(N))) $(if $(SEED),--seed $(call quote,$(SEED))) \
    $(if $(SAMPLER),--sampler $(call quote,$(SAMPLER))) $(if $(SIGMA_CI),--sigma-ci $(call quote,$(SIGMA_CI))) \
    $(if $(PROCESS),--process)
OPTIONS = $(foreach assignment,$(SET),--set $(call quote,$(assignment))) $(JOBS_OPTION)

# A testbench is a module or a folder of testbenches/ that has a TESTBENCH; its name is a target.
TESTBENCHES := $(sort $(patsubst testbenches/%,%,$(patsubst %.py,%,$(patsubst %/__init__.py,%,\
    $(shell grep -ls '^TESTBENCH\b' testbenches/*.py testbenches/*/__init__.py)))))

# What each target reads; any other goal is a testbench. A variable that no goal reads would change nothing and say
# nothing, so it is refused: 'make fig09d VREAD_AMP=45m', 'make campaign N=20'.
TARGETS := help setup all figures scoreboard stability cluster random_matrices mc worst contributions campaign report \
    drawings docs test test-report lint format golden golden-update bench doctor cmtj lock clean distclean
STUDY := SET JOBS N SEED SAMPLER SIGMA_CI PROCESS
READS_all := JOBS
READS_docs := JOBS # make all hands it on
READS_report := JOBS
READS_figures := SET JOBS
READS_scoreboard := SET JOBS ONLY
READS_campaign := SET JOBS ONLY
READS_stability := $(STUDY)
READS_cluster := SET JOBS WEIGHTS AXONS THRESHOLD VTH FLAT CHIP SEED MISMATCH MTJ_SIGMA PROCESS
READS_random_matrices := SET JOBS
READS_mc := $(STUDY) BENCH MTJ_SIGMA
READS_worst := BENCH
READS_contributions := SET JOBS BENCH N SEED MTJ_SIGMA
READS_test := JOBS PYTEST
READS_test-report := PYTEST
READS_golden := JOBS TB
READS_golden-update := JOBS TB REASON
READS_bench := WHOLE ONLY
READS_lock := UPGRADE
VARIABLES := PYTHON $(foreach goal,$(MAKECMDGOALS),$(if $(filter $(goal),$(TARGETS)),$(READS_$(goal)),$(STUDY)))
UNREAD := $(firstword $(filter-out $(VARIABLES),$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))))
$(if $(UNREAD),$(error '$(strip make $(MAKECMDGOALS))' reads no $(UNREAD)=; a parameter is set by SET='$(UNREAD)=$(value $(UNREAD))', 'make help' lists the variables))

help: ## this list
	@sed -n 's/^\([a-z_-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@printf '  %-16s %s\n' NAME 'one testbench, with its figure:'
	@echo '$(TESTBENCHES)' | fold -s -w 100 | sed 's/^/      /'
	@printf '\nVariables: SET="VREAD_AMP=45m TEMP=85" for parameters (.venv/bin/spintegrate list), JOBS=2 for simulations at a time\n'

setup: $(READY) ## everything that the other targets need (they do it themselves)
	@:

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON=$(call quote,$(PYTHON)) scripts/setup.sh
	@touch $@

# ngspice may have been removed since; set-up then runs again.
ifeq ($(shell command -v ngspice),)
.PHONY: $(READY)
endif

figures: $(READY) ## simulate from transistors; the paper's figures but 11 and 12 (chips), and the scoreboard's tt rows
	@$(SPINTEGRATE) figures $(OPTIONS)

scoreboard: $(READY) ## all rows: corners and self-calibration too; ONLY="fig09f leak" renews theirs alone
	@$(SPINTEGRATE) scoreboard $(call quote_each,$(ONLY)) $(OPTIONS)

campaign: $(READY) ## every Monte Carlo study: chain, chips, contributions, random matrices (two hours); ONLY="fig08e chain"
	@$(SPINTEGRATE) campaign $(call quote_each,$(ONLY)) $(OPTIONS)

# A figure that fails does not keep the report from saying so.
report: $(READY) ## figures, then everything that is stored as pages: results/report/index.html, opens from disk
	@$(SPINTEGRATE) figures $(JOBS_OPTION); status=$$?; $(SPINTEGRATE) report && exit $$status

# Each part is made whatever became of those before it.
all: $(READY) ## figures, datasheet and tornado, report and docs: everything but the long studies, from nothing
	@status=0; $(SPINTEGRATE) run pvt sensitivity $(JOBS_OPTION) || status=1; \
	    $(MAKE) --no-print-directory report || status=1; $(MAKE) --no-print-directory docs && exit $$status

drawings: $(READY) ## renew the circuit drawings, docs/circuits/*.svg, from the modules of drawings/
	@$(BIN)/python -m drawings

docs: $(READY) ## the documentation as pages: results/docs/index.html; a warning is an error
	@scripts/setup.sh docs
	@$(BIN)/python -m sphinx -W --keep-going -q -d results/docs/.doctrees docs results/docs

$(TESTBENCHES): $(READY)
	@$(SPINTEGRATE) run $@ $(MC_OPTIONS) $(OPTIONS)

stability: stability_read stability_neuron ## loop gain, phase margin and bias start-up of both halves

cluster: $(READY) ## 16 axons and 16 neurons: WEIGHTS=examples/weights.csv AXONS=examples/spikes.csv THRESHOLD=5 VTH=0.85 FLAT=1 MISMATCH=1 MTJ_SIGMA=4% PROCESS=1 CHIP=3
	@$(SPINTEGRATE) cluster --weights $(call quote,$(or $(WEIGHTS),examples/weights.csv)) \
	    --axons $(call quote,$(or $(AXONS),examples/spikes.csv)) \
	    $(if $(THRESHOLD),--set THRESHOLD=$(call quote,$(THRESHOLD))) $(if $(VTH),--set VTH=$(call quote,$(VTH))) \
	    $(if $(FLAT),--flat) $(if $(MISMATCH),--mismatch) $(if $(PROCESS),--process) \
	    $(JUNCTIONS_OPTION) $(if $(CHIP),--chip $(call quote,$(CHIP))) \
	    $(if $(SEED),--seed $(call quote,$(SEED))) $(OPTIONS)

random_matrices: $(READY) ## decisions of random matrices against the ideal integer model (half an hour)
	@$(SPINTEGRATE) random-matrices $(OPTIONS)

mc: $(READY) ## Monte Carlo of one testbench: BENCH=chain N=200 SEED=1 SAMPLER=plain SIGMA_CI=5% PROCESS=1 MTJ_SIGMA=4%
	@$(if $(strip $(BENCH)),,echo 'mc needs a testbench: make mc BENCH=neuron N=200 SEED=1 JOBS=2' >&2; exit 2)
	@$(SPINTEGRATE) mc run $(call quote,$(BENCH)) $(MC_OPTIONS) $(JUNCTIONS_OPTION) $(OPTIONS)

worst: $(READY) ## waveforms of the five worst samples of each stored study, for the report (BENCH="fig08e" chooses)
	@$(SPINTEGRATE) mc worst $(call quote_each,$(BENCH))

contributions: $(READY) ## which devices carry the variance of Figures 8E, 8F and ISYNAPSE: N=200 SEED=1 BENCH=fig08e for one
	@$(SPINTEGRATE) mc contributions $(call quote_each,$(BENCH)) $(if $(N),--n $(call quote,$(N))) \
	    $(if $(SEED),--seed $(call quote,$(SEED))) $(JUNCTIONS_OPTION) $(OPTIONS)

test: $(READY) ## all tests, golden waveforms among them (PYTEST="-k name" chooses)
	@$(BIN)/python -m pytest -n $(call quote,$(or $(JOBS),auto)) --dist loadfile $(PYTEST)

test-report: $(READY) ## the report's pages in a headless Chromium, which it installs (apt-get); results/report too, if it is there
	@scripts/setup.sh test-report
	@$(BIN)/python -m pytest tests/browser $(PYTEST)

lint: $(READY) ## style, types, the one-way flow
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## lay the Python files out
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

golden: $(READY) ## compare every testbench with its golden waveforms
	@$(SPINTEGRATE) golden compare $(call quote_each,$(TB)) $(JOBS_OPTION)

golden-update: $(READY) ## renew goldens: REASON="why" TB="fig09c fig09d" (all without TB)
	@$(if $(strip $(REASON)),,echo 'golden-update needs a reason, which is stored: make golden-update REASON="..." TB=fig09d' >&2; exit 2)
	@$(SPINTEGRATE) golden update $(call quote_each,$(TB)) --reason $(call quote,$(REASON)) $(JOBS_OPTION)

bench: $(READY) ## times beside a reference deck, Monte Carlo beside a PySpice loop; WHOLE=1, ONLY=times, event, studies or cluster
	@$(SPINTEGRATE) bench $(if $(WHOLE),--whole) $(if $(ONLY),--only $(call quote,$(ONLY)))

doctor: $(READY) ## what is installed, and what is wrong with it
	@$(SPINTEGRATE) doctor

# cmtj is GPL-2.0: it has an environment of its own and only ever writes a table, which is committed.
cmtj: $(READY) ## renew the MTJ's independent reference, models/mtj/cmtj_reference.csv (three minutes)
	@test -x .venv-cmtj/bin/python || $(BIN)/python -m venv .venv-cmtj
	@.venv-cmtj/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r scripts/cmtj.lock
	@.venv-cmtj/bin/python scripts/cmtj_reference.py

lock: $(READY) ## renew requirements.lock from pyproject.toml and scripts/cmtj.lock (UPGRADE=1: newest versions)
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove what tools leave behind; finished simulations stay
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist results/.report
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## also remove finished simulations and the virtual environments
	@rm -rf .venv .venv-cmtj results/runs results/mc results/set results/report results/docs

.PHONY: $(TARGETS) $(TESTBENCHES)

.DEFAULT:
	@echo "make: '$@' is neither a target nor a testbench; 'make help' lists both." >&2; exit 2
