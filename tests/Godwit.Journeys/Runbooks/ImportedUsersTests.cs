using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Users of a legacy system become users of the new one (M9): verified, to reset their password, with consents from their history and one event each.</summary>
public sealed class ImportedUsersTests(PostgresServers servers)
{
    private const string Phases = """
          expand:
            steps:
              - sql: tables.sql
          backfill:
            steps:
              - id: users
                backfill:
                  from: legacy_users
                  into: users
                  conflict: [id]
                  marker: imported_by
                  columns: {id: {copy: {}}, email: {lower: {}}, email_verified: {constant: true}, must_reset_password: {constant: true}, created_at: {copy: {}}}
              - id: consents
                backfill:
                  from: legacy_consents
                  into: consents
                  conflict: [user_id, kind]
                  marker: imported_by
                  columns:
                    user_id: {copy: {}}
                    kind: {lookup: {from: code, values: {T: terms, P: privacy, M: marketing}}}
                    version: {sql: "coalesce(version, 'unknown')"}
                    granted_at: {copy: at}
              - id: events
                backfill:
                  from: legacy_users
                  into: events
                  conflict: [user_id, type]
                  marker: imported_by
                  columns: {user_id: {copy: id}, type: {constant: account_migrated}}
          verify:
            gates:
              - integrity:
                  equal: [{name: one event each, left: SELECT count(*) FROM events, right: SELECT count(*) FROM users}]
                  same_rows: [{name: consents, left: "SELECT user_id, left(upper(kind), 1) FROM consents", right: "SELECT user_id, code FROM legacy_consents"}]
                  not_null: [{table: users, columns: [email, must_reset_password]}]
            steps:
              - smoke: [{name: nobody keeps an old password, sql: "SELECT bool_and(must_reset_password AND email_verified) FROM users WHERE imported_by IS NOT NULL"}]
        """;

    private const string Tables = """
        CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL UNIQUE, email_verified boolean NOT NULL, must_reset_password boolean NOT NULL, created_at timestamptz NOT NULL, imported_by text);
        CREATE TABLE consents (user_id uuid REFERENCES users, kind text, version text NOT NULL, granted_at timestamptz NOT NULL, imported_by text, PRIMARY KEY (user_id, kind));
        CREATE TABLE events (user_id uuid REFERENCES users, type text, at timestamptz NOT NULL DEFAULT now(), imported_by text, PRIMARY KEY (user_id, type));
        """;

    private const string Legacy = """
        CREATE TABLE legacy_users (id uuid PRIMARY KEY, email text NOT NULL, password text, created_at timestamptz NOT NULL);
        CREATE TABLE legacy_consents (id int PRIMARY KEY, user_id uuid NOT NULL, code text NOT NULL, version text, at timestamptz NOT NULL);
        INSERT INTO legacy_users SELECT md5(n::text)::uuid, 'User' || n || '@Example.com', 'md5', '2020-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, 3000) n;
        INSERT INTO legacy_consents SELECT n, md5((1 + n / 2)::text)::uuid, CASE WHEN n % 2 = 0 THEN 'T' ELSE 'P' END, nullif(n % 5, 0)::text, '2021-01-01' FROM generate_series(0, 5999) n;
        """;

    [Fact]
    public async Task Users_are_verified_reset_their_password_keep_their_consents_and_get_one_event_whatever_happens_on_the_way()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync(Legacy);
        folder.Runbook(Phases).Sql("tables.sql", Tables, "DROP TABLE events, consents, users");
        await RandomKills.RunAsync(folder, new Random(9), kills: 4, first: "run", then: "resume", end: 0);
        Assert.Equal("3000 3000 6000", await CountsAsync(folder));
        Assert.Equal("user7@example.com", await folder.Target.ScalarAsync<string>("SELECT email FROM users WHERE id = md5('7')::uuid"));

        // Back, and again: nobody has two.
        (await folder.RunAsync("rollback")).MustBe(6);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("3000 3000 6000", await CountsAsync(folder));
    }

    private static Task<string> CountsAsync(RunbookFolder folder) =>
        folder.Target.ScalarAsync<string>("SELECT (SELECT count(*) FROM users) || ' ' || (SELECT count(*) FROM events WHERE type = 'account_migrated') || ' ' || (SELECT count(*) FROM consents)");
}
