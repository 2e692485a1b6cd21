namespace Godwit.Cli.Demo.Learning;

/// <summary>A statement that both sides understand but for its parameters: ?1 in SQLite is $1 in PostgreSQL.</summary>
internal sealed record Statement(string Old, string New, params object[] Values);

/// <summary>One request that changes something, in one transaction.</summary>
internal abstract record LearningWrite
{
    public abstract IReadOnlyList<Statement> Statements { get; }

    /// <summary>The same but for the sign of a parameter.</summary>
    protected static Statement Same(string sql, params object[] values) => new(sql, sql.Replace('?', '$'), values);
}

/// <summary>A student gets points: added, so that a write that is carried out twice shows.</summary>
internal sealed record Earn(string User, long From, long Points) : LearningWrite
{
    public override IReadOnlyList<Statement> Statements => [Same("UPDATE users SET xp = xp + ?2 WHERE id = ?1", User, Points)];
}

internal sealed record Attempt(string Progress, long Number) : LearningWrite
{
    public override IReadOnlyList<Statement> Statements => [Same("UPDATE user_progress SET attempts = ?2, status = 'IN_PROGRESS' WHERE id = ?1", Progress, Number)];
}

internal sealed record OpenRoom(string Id, string Host, string Name, byte[] Document, long At) : LearningWrite
{
    public override IReadOnlyList<Statement> Statements =>
    [
        new(
            "INSERT INTO collaboration_session(id, host_id, name, active, document, created_at) VALUES (?1, ?2, ?3, 1, ?4, ?5)",
            "INSERT INTO collaboration_session(id, host_id, name, active, document, created_at) VALUES ($1, $2, $3, true, $4, to_timestamp($5 / 1000.0))", Id, Host, Name, Document, At),
    ];
}

internal sealed record CloseRoom(string Id) : LearningWrite
{
    public override IReadOnlyList<Statement> Statements => [Same("DELETE FROM collaboration_session WHERE id = ?1", Id)];
}

/// <summary>Somebody new, in a course from the beginning: the enrolment's number is the database's.</summary>
internal sealed record SignUp(string Id, string Course, long At) : LearningWrite
{
    public override IReadOnlyList<Statement> Statements =>
    [
        new(
            "INSERT INTO users(id, email, username, password, created_at, updated_at) VALUES (?1, ?1 || '@example.com', ?1, '-', ?2, ?2)",
            "INSERT INTO users(id, email, username, password, created_at, updated_at) VALUES ($1, $1 || '@example.com', $1, '-', to_timestamp($2 / 1000.0), to_timestamp($2 / 1000.0))", Id, At),
        new(
            "INSERT INTO enrolments(user_id, course_id, created_at) VALUES (?1, ?2, ?3)",
            "INSERT INTO enrolments(user_id, course_id, created_at) VALUES ($1, $2, to_timestamp($3 / 1000.0))", Id, Course, At),
    ];
}
