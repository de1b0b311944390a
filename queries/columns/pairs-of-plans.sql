-- Every pair of plans that has something in common: the bits both share specifically and through general texts, and
-- how many pairs of their actions a specific text links. DuckDB (one machine) and Spark (many) run this very text over
-- the tables plans, texts, paths and uses, as `pan2kg export parquet` writes them, and choice, a table of one row:
-- `level` the weakest level of evidence that counts, `hub` and `linked` as in pan2kg.coherence.weight.widest.
-- Sums are of decimals, so that they do not depend on who adds up what first.
WITH reached AS (  -- the texts each work names at the level, and those above them
    SELECT uses.work_row, uses.plan_row, uses.is_own, paths.above_row AS text, MAX(uses.share) AS share
    FROM uses JOIN paths ON paths.text_row = uses.text_row CROSS JOIN choice
    WHERE uses.share > 0 AND uses.level BETWEEN 1 AND choice.level AND paths.step <= choice.level
    GROUP BY uses.work_row, uses.plan_row, uses.is_own, paths.above_row
), named AS (  -- what a text weighs does not depend on the level
    SELECT DISTINCT uses.plan_row, paths.above_row AS text
    FROM uses JOIN paths ON paths.text_row = uses.text_row
    WHERE uses.share > 0 AND uses.level BETWEEN 1 AND 4
), naming AS (
    SELECT COUNT(DISTINCT plan_row) AS plans FROM named
), content AS (
    SELECT named.text, -LOG2((COUNT(*) + 1.0) / (naming.plans + 2.0)) AS bits
    FROM named CROSS JOIN naming GROUP BY named.text, naming.plans
), gains AS (
    SELECT content.text, texts.is_general, content.bits - COALESCE(higher.bits, 0.0) AS gain
    FROM content JOIN texts ON texts.text_row = content.text LEFT JOIN content higher ON higher.text = texts.above_row
), of_plan AS (
    SELECT plan_row, text, MAX(share) AS share FROM reached GROUP BY plan_row, text
), bits AS (
    SELECT one.plan_row AS one, two.plan_row AS two,
        SUM(CASE WHEN gains.is_general THEN 0 ELSE CAST(LEAST(one.share, two.share) * gains.gain AS DECIMAL(28, 15)) END)
            AS low,
        SUM(CASE WHEN gains.is_general THEN CAST(LEAST(one.share, two.share) * gains.gain AS DECIMAL(28, 15)) ELSE 0 END)
            AS broad
    FROM of_plan one JOIN of_plan two ON one.text = two.text AND one.plan_row < two.plan_row
        JOIN gains ON gains.text = one.text
    GROUP BY one.plan_row, two.plan_row
), founded AS (  -- the acts a plan carries out by its own words link none of its actions
    SELECT DISTINCT uses.plan_row, paths.above_row AS text
    FROM uses JOIN paths ON paths.text_row = uses.text_row JOIN texts ON texts.text_row = paths.above_row
    WHERE uses.is_own AND uses.share >= 1 AND uses.level BETWEEN 1 AND 4 AND texts.above_row < 0
), sizes AS (
    SELECT text, COUNT(*) AS actions FROM reached WHERE NOT is_own GROUP BY text
), costs AS (
    SELECT actions, SUM(actions * (actions - 1) / 2) OVER (ORDER BY actions, text ROWS UNBOUNDED PRECEDING) AS pairs
    FROM sizes
), too_wide AS (
    SELECT MIN(costs.actions) AS actions FROM costs CROSS JOIN choice WHERE costs.pairs > choice.linked
), linking AS (
    SELECT reached.work_row, reached.plan_row, reached.text
    FROM reached JOIN sizes ON sizes.text = reached.text JOIN gains ON gains.text = reached.text
        CROSS JOIN too_wide CROSS JOIN choice
        LEFT JOIN founded ON founded.plan_row = reached.plan_row AND founded.text = reached.text
    WHERE NOT reached.is_own AND NOT gains.is_general AND gains.gain > 0 AND founded.text IS NULL
        AND (sizes.actions <= choice.hub OR sizes.actions < COALESCE(too_wide.actions, sizes.actions + 1))
), homes AS (
    SELECT DISTINCT work_row, plan_row FROM linking
), links AS (
    SELECT LEAST(source.plan_row, target.plan_row) AS one, GREATEST(source.plan_row, target.plan_row) AS two,
        COUNT(*) AS links
    FROM (  -- so many pairs that it matters how wide they are
        SELECT DISTINCT CAST(one.work_row AS INTEGER) AS source_row, CAST(two.work_row AS INTEGER) AS target_row
        FROM linking one JOIN linking two
            ON one.text = two.text AND one.work_row < two.work_row AND one.plan_row <> two.plan_row
    ) pairs JOIN homes source ON source.work_row = pairs.source_row JOIN homes target ON target.work_row = pairs.target_row
    GROUP BY LEAST(source.plan_row, target.plan_row), GREATEST(source.plan_row, target.plan_row)
), joined AS (
    SELECT COALESCE(bits.one, links.one) AS one, COALESCE(bits.two, links.two) AS two,
        CAST(COALESCE(bits.low, 0) AS DOUBLE) AS low, CAST(COALESCE(bits.broad, 0) AS DOUBLE) AS broad,
        COALESCE(links.links, 0) AS links
    FROM bits FULL OUTER JOIN links ON links.one = bits.one AND links.two = bits.two
)
SELECT source.plan, target.plan AS other_plan, joined.low, joined.broad, joined.links AS linked_actions
FROM joined JOIN plans source ON source.plan_row = joined.one JOIN plans target ON target.plan_row = joined.two
WHERE joined.low > 0 OR joined.broad > 0 OR joined.links > 0
ORDER BY joined.one, joined.two
