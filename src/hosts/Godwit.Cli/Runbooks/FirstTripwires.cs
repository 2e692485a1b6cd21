namespace Godwit.Cli.Runbooks;

/// <summary>
/// The tripwires that <c>godwit init</c> writes: what usually takes a release back, at once, within the hour, or after somebody has weighed it. Most are switched off, since where their
/// figures come from is the application's to say.
/// </summary>
internal static class FirstTripwires
{
    public const string Text = """
        # Figures that are watched while the run goes on, and what is done when one leaves its bounds: docs/tripwires.md. Switched on are those that the run knows itself;
        # below are the usual others with the usual figures, each with an example of where it may come from.
        tripwires:
          - {id: failed-rows, run: failed_rows, above: 0, every: 5s, action: pause, phases: [backfill]}
          - {id: mismatches, run: mismatches, above: 0, every: 5s, action: rollback, phases: [expand, backfill, verify]}
        # Critical, at once: data is damaged or lost (more than 0.1 %), nobody can log in for 5 minutes, a breach, keys in wrong hands.
        #  - {id: corruption, sql: SELECT count(*) FROM integrity_errors, above: 0, every: 10s, action: rollback}
        #  - id: loss
        #    sql: SELECT 100.0 * (1 - (SELECT count(*) FROM users) / greatest(1, (SELECT count(*) FROM old_users))::numeric)
        #    above: 0.1
        #    action: rollback
        #  - {id: authentication-down, http: {url: "https://app.example/health/login", figure: failed}, above: 0, every: 10s, for: 5m, action: rollback}
        #  - {id: breach, log: {path: /var/log/app/security.log, pattern: BREACH}, above: 0, every: 5s, action: rollback}
        #  - {id: keys-compromised, sql: SELECT count(*) FROM key_incidents, above: 0, every: 10s, action: rollback}
        # High, within the hour: errors above 5 %, fewer than 90 % of logins succeed, answers slower than 500 ms, Redis above 10 % and mail above 20 % failures.
        #  - {id: errors-high, metric: "100 * sum(rate(http_requests_failed_total[5m])) / sum(rate(http_requests_total[5m]))", above: 5, for: 5m, action: rollback}
        #  - {id: login-success, metric: "100 * sum(rate(logins_succeeded_total[5m])) / sum(rate(logins_total[5m]))", below: 90, for: 5m, action: rollback}
        #  - {id: response-time-high, http: "https://app.example/health", aggregate: p95, window: 5m, above: 500, for: 5m, action: rollback}
        #  - {id: redis-failures, metric: "100 * sum(rate(redis_failures_total[5m])) / sum(rate(redis_commands_total[5m]))", above: 10, for: 5m, action: rollback}
        #  - {id: mail-failures, metric: "100 * sum(rate(mails_failed_total[15m])) / sum(rate(mails_total[15m]))", above: 20, for: 15m, action: rollback}
        # Medium, for somebody to weigh: errors of 1 to 5 %, answers of 200 to 500 ms, inconsistencies of less than 1 % of users, a feature that is down.
        #  - {id: errors-medium, metric: "100 * sum(rate(http_requests_failed_total[5m])) / sum(rate(http_requests_total[5m]))", above: 1, for: 5m, action: warn}
        #  - {id: response-time-medium, http: "https://app.example/health", aggregate: p95, window: 10m, above: 200, for: 10m, action: warn}
        #  - {id: inconsistencies, sql: "SELECT 100.0 * count(*) FILTER (WHERE NOT consistent) / greatest(1, count(*)) FROM user_checks", above: 0, every: 1m, action: warn}
        #  - {id: feature-down, http: {url: "https://app.example/health/features", figure: failed}, above: 0, every: 30s, for: 2m, action: warn}
        """;
}
