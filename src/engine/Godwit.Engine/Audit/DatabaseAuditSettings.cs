using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Audit;

/// <summary>What is expected of the database's roles and tables.</summary>
public sealed record DatabaseAuditSettings
{
    private static readonly Shape.Text s_role = new() { MaxLength = 63, Expected = "the name of a role" };

    private const string NetworkPattern = "[0-9A-Fa-f.:]+(/[0-9]{1,3})?";

    /// <summary>The roles that the application connects as.</summary>
    public IReadOnlyList<string> ApplicationRoles { get; init; } = [];

    /// <summary>Roles that may have powers.</summary>
    public IReadOnlyList<string> Administrators { get; init; } = [];

    /// <summary>The roles that objects may belong to; none means any that is no superuser.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>Tables that need row security: <c>schema.table</c> or <c>schema.*</c>.</summary>
    public IReadOnlyList<string> RowSecurity { get; init; } = [];

    /// <summary>Extensions that are allowed though they are not trusted.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Networks on which a connection needs no TLS.</summary>
    public IReadOnlyList<string> PrivateNetworks { get; init; } = ["127.0.0.0/8", "::1/128"];

    public static Shape.Map Shape { get; } = new(
        new Field("application_roles", new Shape.List(s_role) { Max = 100 }, "The roles that the application connects as: they own nothing, and have no powers"),
        new Field("administrators", new Shape.List(s_role) { Max = 100 }, "Roles that may be superuser, or have CREATEROLE, CREATEDB, BYPASSRLS or REPLICATION, such as a provider's own"),
        new Field("owners", new Shape.List(s_role) { Max = 100 }, "The roles that schemas, tables and functions may belong to; without it any that is no superuser"),
        new Field("row_security", new Shape.List(new Shape.Text(@"[^.]+\.[^.]+") { Expected = "a table with its schema, such as public.orders, or public.*", MaxLength = 130 }) { Max = 200 }, "Tables that need row security"),
        new Field("extensions", new Shape.List(new Shape.Text { MaxLength = 63 }) { Max = 100 }, "Extensions that may be installed though only a superuser could install them"),
        new Field("private_networks", new Shape.List(new Shape.Text(NetworkPattern) { Expected = "a network such as 10.0.0.0/8", MaxLength = 50 }) { Max = 50 }, "Networks on which connections need no TLS") { Default = "[127.0.0.0/8, \"::1/128\"]" })
    {
        Name = "database audit",
        Description = "What is expected of the target's roles and tables",
    };

    public static DatabaseAuditSettings Read(JsonObject settings) => new()
    {
        ApplicationRoles = settings.Texts("application_roles"), Administrators = settings.Texts("administrators"), Owners = settings.Texts("owners"),
        RowSecurity = settings.Texts("row_security"), Extensions = settings.Texts("extensions"), PrivateNetworks = settings.Texts("private_networks"),
    };
}
