namespace Godwit.Postgres.Keyring;

/// <summary>The keyring and what is known of its keys. No key is in it that the master key does not wrap.</summary>
internal static class KeyringSchema
{
    /// <summary>
    /// Changes, unwrappings and uses are only ever added. A person who was shredded keeps a row without a key: one row for each person is what an adding and a shredding at once meet in.
    /// </summary>
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.keyring (
            single boolean PRIMARY KEY DEFAULT true CHECK (single),
            version bigint NOT NULL CHECK (version > 0),
            -- A random token of each version, this one's last: a keyring of the same number that came another way has another.
            lineage uuid[] NOT NULL CHECK (cardinality(lineage) > 0),
            -- The hash of the whole keyring, wrapped by this master key.
            seal_master_key text,
            seal bytea
        );
        CREATE TABLE IF NOT EXISTS godwit.keys (
            id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{32}$'),
            purpose text NOT NULL,
            number integer NOT NULL CHECK (number > 0),
            state text NOT NULL CHECK (state IN ('Announced', 'Active', 'DecryptOnly', 'Retired', 'Destroyed')),
            created_at timestamptz NOT NULL,
            activated_at timestamptz,
            replaced_at timestamptz,
            retired_at timestamptz,
            since_version bigint NOT NULL,
            state_version bigint NOT NULL,
            master_key text NOT NULL,
            wrapped bytea NOT NULL,
            UNIQUE (purpose, number)
        );
        CREATE UNIQUE INDEX IF NOT EXISTS keys_one_active ON godwit.keys (purpose) WHERE state = 'Active';
        CREATE TABLE IF NOT EXISTS godwit.key_changes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            keyring_version bigint NOT NULL,
            key text NOT NULL,
            purpose text NOT NULL,
            number integer NOT NULL,
            former_state text,
            state text NOT NULL,
            master_key text NOT NULL,
            at timestamptz NOT NULL,
            role name NOT NULL DEFAULT current_user,
            noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS godwit.key_counts (
            key text PRIMARY KEY,
            encrypted bigint NOT NULL CHECK (encrypted >= 0)
        );
        CREATE TABLE IF NOT EXISTS godwit.key_unwraps (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL,
            purpose text NOT NULL,
            number integer NOT NULL,
            master_key text NOT NULL,
            succeeded boolean NOT NULL,
            host text NOT NULL,
            at timestamptz NOT NULL,
            role name NOT NULL DEFAULT current_user,
            noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX IF NOT EXISTS key_unwraps_key ON godwit.key_unwraps (key, id);
        CREATE TABLE IF NOT EXISTS godwit.key_uses (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL,
            purpose text NOT NULL,
            operation text NOT NULL,
            count bigint NOT NULL CHECK (count > 0),
            since timestamptz NOT NULL,
            until timestamptz NOT NULL,
            host text NOT NULL,
            role name NOT NULL DEFAULT current_user,
            noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX IF NOT EXISTS key_uses_key ON godwit.key_uses (key, id);
        -- Hosts that work with the keyring, and which version of it each has. Alive is who said so within the time that it gave, by this database's clock.
        CREATE TABLE IF NOT EXISTS godwit.key_hosts (
            host uuid PRIMARY KEY,
            name text NOT NULL,
            keyring_version bigint NOT NULL,
            keyring_token uuid NOT NULL,
            lasts interval NOT NULL,
            heartbeat timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        -- Columns whose values carry the id of the key that made them.
        CREATE TABLE IF NOT EXISTS godwit.key_columns (
            table_schema text NOT NULL,
            table_name text NOT NULL,
            column_name text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('data', 'index', 'pepper')),
            encoding text NOT NULL CHECK (encoding IN ('binary', 'base64', 'hex', 'text')),
            registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (table_schema, table_name, column_name),
            CHECK ((kind = 'pepper') = (encoding = 'text'))
        );
        CREATE TABLE IF NOT EXISTS godwit.person_keys (
            person text PRIMARY KEY,
            key text,
            wrapped_by text,
            wrapped bytea,
            shredded_at timestamptz,
            CHECK ((shredded_at IS NULL) = (key IS NOT NULL) AND (key IS NULL) = (wrapped_by IS NULL) AND (key IS NULL) = (wrapped IS NULL))
        );
        CREATE INDEX IF NOT EXISTS person_keys_wrapped_by ON godwit.person_keys (wrapped_by, person) WHERE wrapped_by IS NOT NULL;
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON godwit.key_changes FOR EACH STATEMENT EXECUTE FUNCTION godwit.refuse_change();
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON godwit.key_unwraps FOR EACH STATEMENT EXECUTE FUNCTION godwit.refuse_change();
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON godwit.key_uses FOR EACH STATEMENT EXECUTE FUNCTION godwit.refuse_change();
        ALTER TABLE godwit.key_changes ENABLE ALWAYS TRIGGER append_only;
        ALTER TABLE godwit.key_unwraps ENABLE ALWAYS TRIGGER append_only;
        ALTER TABLE godwit.key_uses ENABLE ALWAYS TRIGGER append_only;
        """;
}
