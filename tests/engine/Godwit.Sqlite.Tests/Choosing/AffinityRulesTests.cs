using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Tests.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

public sealed class AffinityRulesTests
{
    /// <summary>The table of https://sqlite.org/datatype3.html section 3.1.1 and the traps beside it.</summary>
    [Theory]
    [InlineData("INT", Affinity.Integer)]
    [InlineData("UNSIGNED BIG INT", Affinity.Integer)]
    [InlineData("int8", Affinity.Integer)]
    [InlineData("CHARINT", Affinity.Integer)]
    [InlineData("FLOATING POINT", Affinity.Integer)]
    [InlineData("VARCHAR(255)", Affinity.Text)]
    [InlineData("NATIVE CHARACTER(70)", Affinity.Text)]
    [InlineData("CLOB", Affinity.Text)]
    [InlineData("longtext", Affinity.Text)]
    [InlineData("BLOB", Affinity.Blob)]
    [InlineData("", Affinity.Blob)]
    [InlineData("DOUBLE PRECISION", Affinity.Real)]
    [InlineData("FLOAT", Affinity.Real)]
    [InlineData("DECIMAL(10,5)", Affinity.Numeric)]
    [InlineData("BOOLEAN", Affinity.Numeric)]
    [InlineData("DATETIME", Affinity.Numeric)]
    [InlineData("STRING", Affinity.Numeric)]
    [InlineData("ANY", Affinity.Numeric)]
    [InlineData("UNIQUEIDENTIFIER", Affinity.Numeric)]
    public void A_declared_type_has_the_affinity_that_SQLite_gives_it(string declared, Affinity affinity)
    {
        Assert.Equal(affinity, DeclaredType.AffinityOf(declared));

        using var source = new ProfiledSource($"CREATE TABLE t (c {declared})", "INSERT INTO t VALUES ('1.50'), (2), ('3.0')");
        Assert.Equal(
            affinity switch
            {
                Affinity.Text => "text text text",
                Affinity.Real => "real real real",
                Affinity.Blob => "text integer text",
                _ => "real integer integer",
            },
            source.Connection.QueryText("SELECT group_concat(typeof(c), ' ') FROM t"));
    }

    [Fact]
    public void ANY_of_a_STRICT_table_changes_nothing() => Assert.Equal(Affinity.Blob, DeclaredType.AffinityOf("ANY", strict: true));

    [Theory]
    [InlineData("NVARCHAR(160)", "NVARCHAR", 160, null)]
    [InlineData("character  varying ( 20 )", "CHARACTER VARYING", 20, null)]
    [InlineData("NUMERIC(10,2)", "NUMERIC", 10, 2)]
    [InlineData("integer(8) unsigned", "INTEGER UNSIGNED", 8, null)]
    [InlineData("", "", null, null)]
    [InlineData("DECIMAL(99999999999,2)", "DECIMAL", null, 2)]
    [InlineData("VARCHAR(max)", "VARCHAR(MAX)", null, null)]
    public void A_declaration_is_taken_apart(string text, string words, int? first, int? second)
    {
        var declaration = TypeDeclaration.Parse(text);
        Assert.Equal((words, first, second), (declaration.Words, declaration.First, declaration.Second));
    }

    [Fact]
    public void Only_character_types_declare_a_length()
    {
        Assert.Equal(40, TypeDeclaration.Parse("varchar(40)").Length);
        Assert.Null(TypeDeclaration.Parse("integer(40)").Length);
        Assert.Null(TypeDeclaration.Parse("varchar(0)").Length);
    }

    [Theory]
    [InlineData("_prisma_migrations", Convention.Prisma)]
    [InlineData("django_migrations", Convention.Django)]
    [InlineData("ar_internal_metadata", Convention.Rails)]
    [InlineData("schema_migrations", Convention.Rails)]
    [InlineData("__EFMigrationsHistory", Convention.EntityFrameworkCore)]
    [InlineData("migrations", Convention.None)]
    public void A_framework_is_recognised_by_its_migrations(string table, Convention expected)
    {
        var (convention, findings) = Conventions.Detect(["users", table]);
        Assert.Equal(expected, convention);
        Assert.Equal(expected == Convention.None ? [] : ["GW1207"], findings.Select(f => f.Code.Id));
    }

    [Fact]
    public void Two_frameworks_in_one_file_are_none()
    {
        var (convention, findings) = Conventions.Detect(["_prisma_migrations", "django_migrations"]);
        Assert.Equal(Convention.None, convention);
        Assert.Contains("Prisma and Django", Assert.Single(findings).Message, StringComparison.Ordinal);
    }
}
