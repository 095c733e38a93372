# SPDX-License-Identifier: MIT
#
# To add a page: one line. A page of section 3 describes a group of functions;
# "make install" adds a link page for each name in its NAME section (plain
# text: "ivrq_a, ivrq_b \- what they do"), so there is no second list.

dist_man3_MANS = \
	%D%/ivrq_call.3 \
	%D%/ivrq_cancel.3 \
	%D%/ivrq_driver.3 \
	%D%/ivrq_engine.3 \
	%D%/ivrq_graph.3 \
	%D%/ivrq_json.3 \
	%D%/ivrq_media.3 \
	%D%/ivrq_op.3 \
	%D%/ivrq_submit.3 \
	%D%/ivrq_tone.3 \
	%D%/ivrq_wire.3 \
	%D%/ivrq_worker.3

dist_man7_MANS = \
	%D%/ivrq.7

# Other texts.
EXTRA_DIST += \
	%D%/RELEASING.md \
	%D%/design.md \
	%D%/graph.md \
	%D%/memory-model.md \
	%D%/proof.md \
	%D%/speed.md

man_names = sed -n '/^\.SH NAME/,/\\-/{/^\.SH/d;s/\\-.*//;s/,/ /g;p;}'

install-data-hook:
	@for p in $(dist_man3_MANS); do \
		page=`basename $$p`; \
		for name in $$($(man_names) $(srcdir)/$$p); do \
			test $$name.3 = $$page || echo ".so man3/$$page" \
				>$(DESTDIR)$(man3dir)/$$name.3 || exit 1; \
		done; \
	done

uninstall-hook:
	@for p in $(dist_man3_MANS); do \
		for name in $$($(man_names) $(srcdir)/$$p); do \
			rm -f $(DESTDIR)$(man3dir)/$$name.3; \
		done; \
	done
