using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>Chinook, column by column: nothing is left behind, and not everything is text.</summary>
public sealed class ChinookPlanTests
{
    private static PlanResult Plan()
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find("chinook.sqlite"), immutable: true);
        return Planned.Result(connection, new PlanOptions());
    }

    [Theory]
    [InlineData("Artist", "ArtistId bigint identity, Name text")]
    [InlineData("Album", "AlbumId bigint identity, Title text not null, ArtistId bigint not null")]
    [InlineData("Employee", "EmployeeId bigint identity, LastName text not null, FirstName text not null, Title text, ReportsTo bigint, BirthDate timestamp without time zone, HireDate timestamp without time zone, Address text, City text, State text, Country text, PostalCode text, Phone text, Fax text, Email text")]
    [InlineData("Customer", "CustomerId bigint identity, FirstName text not null, LastName text not null, Company text, Address text, City text, State text, Country text, PostalCode text, Phone text, Fax text, Email text not null, SupportRepId bigint")]
    [InlineData("Genre", "GenreId bigint identity, Name text")]
    [InlineData("Invoice", "InvoiceId bigint identity, CustomerId bigint not null, InvoiceDate timestamp without time zone not null, BillingAddress text, BillingCity text, BillingState text, BillingCountry text, BillingPostalCode text, Total numeric(10,2) not null")]
    [InlineData("MediaType", "MediaTypeId bigint identity, Name text")]
    [InlineData("Track", "TrackId bigint identity, Name text not null, AlbumId bigint, MediaTypeId bigint not null, GenreId bigint, Composer text, Milliseconds bigint not null, Bytes bigint, UnitPrice numeric(10,2) not null")]
    [InlineData("InvoiceLine", "InvoiceLineId bigint identity, InvoiceId bigint not null, TrackId bigint not null, UnitPrice numeric(10,2) not null, Quantity bigint not null")]
    [InlineData("Playlist", "PlaylistId bigint identity, Name text")]
    [InlineData("PlaylistTrack", "PlaylistId bigint not null, TrackId bigint not null")]
    public void Columns_become(string table, string columns) =>
        Assert.Equal(columns, string.Join(", ", Plan().Plan!.Tables.Single(t => t.TargetName == table).Columns.Select(Describe)));

    [Fact]
    public void Nothing_is_left_behind_and_nothing_stands_against_it()
    {
        var result = Plan();
        Assert.DoesNotContain(result.Findings, f => f.Severity != Severity.Note);
        Assert.Empty(result.Plan!.NotMoved);
        Assert.Equal(11, result.Plan.Tables.Count);
        Assert.Equal(15_607, result.Plan.Tables.Sum(t => t.Rows));
    }

    [Fact]
    public void Keys_indexes_and_foreign_keys_keep_their_names_or_get_PostgreSQLs()
    {
        var plan = Plan().Plan!;
        Assert.All(plan.Tables, t => Assert.Equal("PK_" + t.TargetName, t.PrimaryKey!.Name));
        Assert.Equal(11, plan.Tables.Sum(t => t.Indexes.Count));
        Assert.Equal(
            ["Album_ArtistId_fkey", "Employee_ReportsTo_fkey", "Customer_SupportRepId_fkey", "Invoice_CustomerId_fkey", "Track_AlbumId_fkey", "Track_GenreId_fkey",
             "Track_MediaTypeId_fkey", "InvoiceLine_InvoiceId_fkey", "InvoiceLine_TrackId_fkey", "PlaylistTrack_PlaylistId_fkey", "PlaylistTrack_TrackId_fkey"],
            plan.Tables.SelectMany(t => t.ForeignKeys).Select(k => k.Name));
        Assert.Contains(plan.Tables.Single(t => t.TargetName == "Track").Checks, c => c is { Name: "Track_Composer_length", Sql: "char_length(\"Composer\") <= 220" });
    }

    private static string Describe(ColumnPlan column) =>
        $"{column.TargetName} {column.Type}{(column.Identity ? " identity" : column.NotNull ? " not null" : "")}";
}
