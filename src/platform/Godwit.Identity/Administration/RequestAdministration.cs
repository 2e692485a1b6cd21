using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.DataRequests;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Administration;

/// <summary>Data requests as those see them who answer them.</summary>
internal sealed class RequestAdministration(IdentityDatabase database, IdentityKeys keys, PersonalValues values, DataRequestMeter meter, Outbox outbox, EventLog events, TimeProvider time)
{
    private const int Page = 100, LongestText = 8000;

    private static readonly string[] s_states = ["pending", "in_progress", "completed", "rejected"];

    private static readonly Problem s_answered = new(409, "request-answered", "The request is answered already, or its person is gone");

    private static readonly Problem s_taken = new(409, "request-taken", "Somebody else is at it");

    private static readonly Problem s_machine = new(409, "request-automatic", "The service answers this request by itself") { Detail = "It can be rejected, with a reason." };

    /// <summary>By due date, the most urgent first.</summary>
    /// <param name="status">One of the states; null for all that are open.</param>
    /// <param name="dueBefore">Only those that are due by then.</param>
    /// <param name="after">The id of the last one of the page before.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ProblemException">400: no such state.</exception>
    public async Task<IReadOnlyList<RequestSummary>> ListAsync(string? status, DateTimeOffset? dueBefore, Guid? after, CancellationToken cancellation)
    {
        if (status is not null && !s_states.Contains(status, StringComparer.Ordinal)) throw new ProblemException(Problem.ValidationFailed(new FieldFault("status", $"is one of {string.Join(", ", s_states)}")));
        var rows = await database.WithAsync(
            connection => DataRequestRow.AllAsync(
                connection,
                $"""
                WHERE r.status = ANY($1) AND ($2::timestamptz IS NULL OR r.due_at <= $2) AND ($3::uuid IS NULL OR (r.due_at, r.id) > (SELECT l.due_at, l.id FROM identity.data_subject_requests l WHERE l.uuid = $3))
                ORDER BY r.due_at, r.id LIMIT {Page}
                """,
                cancellation, Statement.P<string[]>(status is null ? ["pending", "in_progress"] : [status]), Statement.P(dueBefore?.UtcDateTime, NpgsqlDbType.TimestampTz), Statement.P(after, NpgsqlDbType.Uuid)),
            cancellation);
        return [.. rows.Select(Summary)];
    }

    /// <exception cref="ProblemException">404.</exception>
    public async Task<RequestDocument> ReadAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        var row = await database.InTransactionAsync(
            async connection =>
            {
                var found = await DataRequestRow.FindAsync(connection, id, cancellation) ?? throw new ProblemException(Problem.Of(404));
                await AdminEvent.WriteAsync(events, connection, "data_request_read", caller, found.User, EventSeverity.Info, cancellation, ("request", id.ToString()));
                return found;
            },
            cancellation);
        await using var person = row.UserUuid is { } uuid ? await keys.Persons.OpenAsync(uuid.ToString(), cancellation) : null;
        return new RequestDocument(
            Summary(row), DataRequestRow.Open(keys, person, "encrypted_details", id, row.Details), DataRequestRow.Open(keys, person, "encrypted_answer", id, row.Answer), DataRequestRow.Open(keys, person, "encrypted_notes", id, row.Notes));
    }

    /// <summary>Says who is at it.</summary>
    /// <exception cref="ProblemException">404; 409: answered, taken, or one that the service answers.</exception>
    public Task TakeAsync(Caller caller, Guid id, CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            var (row, by) = await HoldAsync(connection, caller, id, cancellation);
            if (row.Type != "rectification") throw new ProblemException(s_machine);
            if (row.ProcessedBy == by) return;
            await Statement.RunAsync(
                connection, "UPDATE identity.data_subject_requests SET status = 'in_progress', started_at = now(), processed_by_admin_id = $2 WHERE id = $1", cancellation, Statement.P(row.Id), Statement.P(by));
            await AdminEvent.WriteAsync(events, connection, "data_request_taken", caller, row.User, EventSeverity.Info, cancellation, ("request", id.ToString()));
        },
        cancellation);

    /// <exception cref="ProblemException">400: a text is too long; 404; 409: answered, taken by somebody else, or one that the service answers.</exception>
    public Task CompleteAsync(Caller caller, Guid id, RequestAnswer answer, CancellationToken cancellation) => EndAsync(caller, id, answer, "completed", cancellation);

    /// <exception cref="ProblemException">400: no reason; 404; 409: answered, or taken by somebody else.</exception>
    public Task RejectAsync(Caller caller, Guid id, RequestAnswer answer, CancellationToken cancellation) =>
        string.IsNullOrWhiteSpace(answer.Answer)
            ? throw new ProblemException(Problem.ValidationFailed(new FieldFault("answer", "is required: the reason that the person is told")))
            : EndAsync(caller, id, answer, "rejected", cancellation);

    private async Task EndAsync(Caller caller, Guid id, RequestAnswer answer, string status, CancellationToken cancellation)
    {
        List<FieldFault> faults = [];
        foreach (var (field, text) in new[] { ("answer", answer.Answer), ("notes", answer.Notes) })
        {
            if (text is { Length: > LongestText }) faults.Add(new FieldFault(field, $"has at most {LongestText} characters"));
        }
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        var type = await database.InTransactionAsync(
            async connection =>
            {
                var (row, by) = await HoldAsync(connection, caller, id, cancellation);
                if (status == "completed" && row.Type != "rectification") throw new ProblemException(s_machine);
                // What the service has begun it also ends: an erasure at work cannot be stopped half way.
                if (row.Status == "in_progress" && row.ProcessedBy is null) throw new ProblemException(s_taken);
                await using var person = await keys.Persons.OpenAsync(row.UserUuid!.Value.ToString(), cancellation) ?? throw new ProblemException(s_answered);
                await Statement.RunAsync(
                    connection,
                    """
                    UPDATE identity.data_subject_requests
                    SET status = $2, started_at = coalesce(started_at, now()), completed_at = now(), processed_by_admin_id = $3, encrypted_answer = $4, encrypted_notes = coalesce($5, encrypted_notes) WHERE id = $1
                    """,
                    cancellation, Statement.P(row.Id), Statement.P(status), Statement.P(by),
                    Statement.P(string.IsNullOrWhiteSpace(answer.Answer) ? null : DataRequestRow.Seal(keys, person, "encrypted_answer", id, answer.Answer.Trim()), NpgsqlDbType.Bytea),
                    Statement.P(string.IsNullOrWhiteSpace(answer.Notes) ? null : DataRequestRow.Seal(keys, person, "encrypted_notes", id, answer.Notes.Trim()), NpgsqlDbType.Bytea));
                await AdminEvent.WriteAsync(events, connection, $"data_request_{status}", caller, row.User, EventSeverity.Warning, cancellation, ("request", id.ToString()));
                if (await values.EmailAsync(connection, row.UserUuid.Value, cancellation) is { } email)
                    await outbox.AddAsync(connection, MailKind.DataRequest, new MailPayload(email, Detail: status == "completed" ? DataRequestWords.Completed(row) : DataRequestWords.Rejected(row)), cancellation);
                return row.Type;
            },
            cancellation);
        meter.Answered(type, status);
        outbox.Wake();
    }

    private static async Task<(DataRequestRow Row, long By)> HoldAsync(NpgsqlConnection connection, Caller caller, Guid id, CancellationToken cancellation)
    {
        var row = await DataRequestRow.FindAsync(connection, id, cancellation, held: true) ?? throw new ProblemException(Problem.Of(404));
        var by = await Statement.FirstAsync(connection, "SELECT id FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL", r => r.GetInt64(0), cancellation, Statement.P(caller.User));
        if (row.Status is "completed" or "rejected" || row.User is null) throw new ProblemException(s_answered);
        return row.ProcessedBy is { } other && other != by ? throw new ProblemException(s_taken) : (row, by);
    }

    private RequestSummary Summary(DataRequestRow row) => new(
        row.Uuid, row.UserUuid, row.Type, row.Status, row.RequestedAt, row.DueAt, row.CompletedAt is null && row.DueAt < time.GetUtcNow(), row.ProcessedBy is not null, row.CompletedAt, row.Withdrawn, row.Outcome);
}
