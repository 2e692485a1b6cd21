namespace Godwit.Postgres.Tripwires;

/// <summary>Where a run's tripwires stand. Figures only: what they are made of is not kept.</summary>
internal static class TripwireSchema
{
    /// <summary>Idempotent.</summary>
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.tripwires (
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            id text NOT NULL,
            baseline numeric,
            baseline_looks integer,
            baseline_at timestamptz,
            looked_at timestamptz,
            number_at timestamptz,
            value numeric,
            out_since timestamptz,
            within_since timestamptz,
            silent_since timestamptz,
            silence text,
            returns integer NOT NULL DEFAULT 0,
            held boolean NOT NULL DEFAULT false,
            held_silent boolean NOT NULL DEFAULT false,
            fired_at timestamptz,
            fired_cause text CHECK (fired_cause IN ('OutOfBounds', 'NoData', 'Flapping')),
            fired_action text CHECK (fired_action IN ('Warn', 'Pause', 'Rollback')),
            fired_reason text,
            seen_at timestamptz,
            PRIMARY KEY (run, id)
        );
        """;
}
