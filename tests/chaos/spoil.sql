-- What must never be, for the test of the oracle: a step and its effect twice, a complaint twice, the records of a case
-- away (all of them: one may have been sent twice; of one in the middle, since a relay that finds its last ones gone
-- sends them again), a figure off by one.
INSERT INTO dispatch.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)
SELECT part, gen_random_uuid(), stream, key, 1 + (SELECT max(seq) FROM dispatch.ledger AS all_of WHERE all_of.key = one.key),
       type, payload, causes, hash, occurred_at
FROM dispatch.ledger AS one WHERE type = 'cn.huiyin.case.signed' ORDER BY id LIMIT 1;

INSERT INTO intake.wording (case_id, text) SELECT 'twin', text FROM intake.wording ORDER BY case_id LIMIT 1;

DELETE FROM bus.entry WHERE key = (
    SELECT case_id FROM intake.cases ORDER BY case_id OFFSET (SELECT count(*) / 2 FROM intake.cases) LIMIT 1
);

UPDATE analytics.rollup SET registered = registered + 1
WHERE ctid = (SELECT ctid FROM analytics.rollup WHERE basis = 'happened' AND registered > 0 LIMIT 1);
