# The paper's tables 3 and 4 and its figure 6 in small: variants of lion-mini from the same pretrained
# parts (runs/mini, what ./dev mini trains in stage 0), trained and scored on scenes that training never
# saw. Two at a time, a core each. What is there stays: stopped at any moment, the same command goes on.
#   make -j2 -f tools/ablations.mk LION=build/release/bin/lion [SEEDS="1 2 3"]
SEEDS ?= 1 2 3
parts := $(CURDIR)/runs/mini
out := $(parts)/ablations
held := $(out)/scenes

# Fewer steps than lion-mini's; a run of a single stage has as many samples as the three together.
steps-stage1 := 2250
steps-stage2 := 600
steps-stage3 := 1200
steps-single-stage := 4050

image-level := coco coco_objects vqav2 gqa
region-level := refcoco_val refcoco_testB

.DELETE_ON_ERROR:
.PHONY: all
all: $(out)/results.md

# Another seed than any training set's. Evaluation sets get a tenth of the count.
$(held)/scenes.json:
	$(LION) scenes --out $(held) --count 10000 --seed 606

$(parts)/tags.jsonl:
	$(LION) data tags configs/mini/stage3.json --model $(parts)/tagger/model --dtype fp32

$(parts)/image-level-tags.jsonl:
	$(LION) data tags configs/mini/ablations/image-level-tags.json --model $(parts)/tagger/model --dtype fp32

# As long as the aggregator's codes; one for all seeds, as those are.
$(parts)/codes-last/model/config.json:
	$(LION) train configs/mini/ablations/codes-last.json --resume > $(parts)/codes-last.log 2>&1

# A folder for each seed, in which the configs find everything where they look for it.
define folder
$(out)/seed-$(1)/configs:
	mkdir -p $(out)/seed-$(1)/runs/mini $(out)/seed-$(1)/scores
	for part in new tagger language scenes codes codes-last tags.jsonl image-level-tags.jsonl; do \
	  ln -sfn $(parts)/$$$$part $(out)/seed-$(1)/runs/mini/$$$$part; done
	ln -sfn $(CURDIR)/configs $$@
endef

# A run: seed, its folder below runs/mini, config, steps, runs before it, benchmarks.
define run
$(out)/seed-$(1)/runs/mini/$(2)/model/config.json: | $(out)/seed-$(1)/configs $(parts)/tags.jsonl \
    $(foreach before,$(5),$(out)/seed-$(1)/runs/mini/$(before)/model/config.json)
	@echo "seed $(1): $(2)"
	@cd $(out)/seed-$(1) && $(LION) train configs/mini/$(3).json --set seed=$(1) --set steps=$(4) \
	  --set threads=1 --resume > $(notdir $(2)).log 2>&1 || { tail -5 $(notdir $(2)).log; exit 1; }
	@test -e $$@

$(out)/seed-$(1)/scores/$(notdir $(2)).done: | $(out)/seed-$(1)/runs/mini/$(2)/model/config.json $(held)/scenes.json
	@for benchmark in $(6); do \
	  $(LION) eval $$$$benchmark --model $(out)/seed-$(1)/runs/mini/$(2)/model --data $(held) \
	    --out $(out)/seed-$(1)/scores/$(notdir $(2)) --threads 1 > $$(@:.done=.log) 2>&1 || \
	    { tail -5 $$(@:.done=.log); exit 1; }; done
	@touch $$@

results += $(out)/seed-$(1)/scores/$(notdir $(2)).done
endef

both := stage1 stage2
$(foreach s,$(SEEDS),$(eval $(call folder,$(s))))
$(foreach s,$(SEEDS),$(eval $(call run,$(s),stage1,stage1,$(steps-stage1))))
$(foreach s,$(SEEDS),$(eval $(call run,$(s),stage2,stage2,$(steps-stage2),,$(region-level))))
$(foreach s,$(SEEDS),$(eval $(call run,$(s),stage3,stage3,$(steps-stage3),$(both),$(image-level) $(region-level))))
$(foreach v,no-tags no-router hard-tags,$(foreach s,$(SEEDS),$(eval $(call run,$(s),ablations/$(v),ablations/$(v),$(steps-stage3),$(both),$(image-level) $(region-level)))))
$(foreach s,$(SEEDS),$(eval $(out)/seed-$(s)/runs/mini/ablations/image-level-tags/model/config.json: | $(parts)/image-level-tags.jsonl))
$(foreach v,image-level image-level-tags,$(foreach s,$(SEEDS),$(eval $(call run,$(s),ablations/$(v),ablations/$(v),$(steps-single-stage),,$(image-level)))))
$(foreach v,single-stage single-stage-fresh,$(foreach s,$(SEEDS),$(eval $(call run,$(s),ablations/$(v),ablations/$(v),$(steps-single-stage),,$(image-level) $(region-level)))))
$(foreach s,$(SEEDS),$(eval $(out)/seed-$(s)/runs/mini/ablations/no-aggregator/model/config.json: | $(parts)/codes-last/model/config.json))
$(foreach s,$(SEEDS),$(eval $(call run,$(s),ablations/no-aggregator,ablations/no-aggregator,$(steps-stage2),,$(region-level))))

$(out)/results.md: $(results) tools/ablations_table.py
	python3 tools/ablations_table.py $(out) > $@
