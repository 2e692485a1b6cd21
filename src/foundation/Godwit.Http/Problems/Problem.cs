namespace Godwit.Http.Problems;

/// <summary>
/// What went wrong with a request, as the client is told: RFC 9457, and the two older forms that clients of the seeds' systems read, in one body (docs/errors.md). It holds nothing of an exception.
/// </summary>
/// <param name="Status">400 to 599.</param>
/// <param name="Code">Words with hyphens, which never change meaning: <c>invalid-json</c>. The type is made of it.</param>
/// <param name="Title">The same for every occurrence; also the member <c>error</c>.</param>
public sealed record Problem(int Status, string Code, string Title)
{
    /// <summary>One sentence about this occurrence; null says the title.</summary>
    public string? Detail { get; init; }

    /// <summary>What is wrong with which field: <c>details</c>.</summary>
    public IReadOnlyList<FieldFault> Fields { get; init; } = [];

    /// <summary>Further members, of words and truth values only: <c>checks</c>.</summary>
    public IReadOnlyList<(string Name, bool Passed)> Checks { get; init; } = [];

    /// <summary>Seconds after which to come again: the header Retry-After.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What is asked of who is not known: the header WWW-Authenticate (RFC 9110 section 11.6.1).</summary>
    public string? Authenticate { get; init; }

    public static Problem BadRequest { get; } = new(400, "bad-request", "Bad request");

    /// <summary>The sentence is the seeds'.</summary>
    public static Problem InvalidJson { get; } = new(400, "invalid-json", "Invalid JSON");

    public static Problem ValidationFailed(params IReadOnlyList<FieldFault> fields) => new(400, "validation-failed", "Validation failed") { Fields = fields };

    public static Problem Timeout { get; } = new(503, "timeout", "The request took too long") { RetryAfter = 5 };

    public static Problem Internal { get; } = new(500, "internal", "Internal error") { Detail = "Something failed here; traceId finds it in the log." };

    /// <summary>What a bare status says.</summary>
    public static Problem Of(int status) => status switch
    {
        400 => BadRequest,
        401 => new(401, "unauthorized", "Unauthorized") { Authenticate = "Bearer" },
        403 => new(403, "forbidden", "Forbidden"),
        404 => new(404, "not-found", "Not found"),
        405 => new(405, "method-not-allowed", "Method not allowed"),
        406 => new(406, "not-acceptable", "Not acceptable"),
        408 => new(408, "request-timeout", "The request came too slowly"),
        409 => new(409, "conflict", "Conflict"),
        411 => new(411, "length-required", "Length required"),
        412 => new(412, "precondition-failed", "Precondition failed"),
        413 => new(413, "content-too-large", "Content too large"),
        414 => new(414, "uri-too-long", "URI too long"),
        415 => new(415, "unsupported-media-type", "Unsupported media type"),
        421 => new(421, "misdirected-request", "Misdirected request"),
        422 => new(422, "unprocessable-content", "Unprocessable content"),
        426 => new(426, "upgrade-required", "Upgrade required"),
        429 => new(429, "too-many-requests", "Too many requests"),
        431 => new(431, "headers-too-large", "Header fields too large"),
        501 => new(501, "not-implemented", "Not implemented"),
        503 => new(503, "unavailable", "Unavailable"),
        505 => new(505, "version-not-supported", "HTTP version not supported"),
        >= 500 => Internal with { Status = status },
        _ => new(status, "refused", "Refused"),
    };
}

/// <param name="Field">Its path in the document: <c>consents[0].type</c>.</param>
/// <param name="Message">What is asked of it; nothing of the value.</param>
public sealed record FieldFault(string Field, string Message);
