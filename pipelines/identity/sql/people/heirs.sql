-- The node that each contact record which was merged or converted leads to, where that one stands.
SELECT g.record_key, n.node FROM gone_records g JOIN nodes n ON n.name = g.merged_into WHERE g.object = 'contacts'
