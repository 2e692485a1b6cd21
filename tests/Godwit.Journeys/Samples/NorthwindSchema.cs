namespace Godwit.Journeys.Samples;

/// <summary>What Northwind is to become: written from its CREATE statements and its values, column by column.</summary>
internal static class NorthwindSchema
{
    /// <summary>Birth and hire dates are days, order dates have a time; NUMERIC holds integers and reals; Discontinued is TEXT and stays so.</summary>
    public const string Columns = """
        Categories.CategoryID bigint not null identity
        Categories.CategoryName text collate "C"
        Categories.Description text collate "C"
        Categories.Picture bytea
        CustomerCustomerDemo.CustomerID text collate "C" not null
        CustomerCustomerDemo.CustomerTypeID text collate "C" not null
        CustomerDemographics.CustomerTypeID text collate "C" not null
        CustomerDemographics.CustomerDesc text collate "C"
        Customers.CustomerID text collate "C" not null
        Customers.CompanyName text collate "C"
        Customers.ContactName text collate "C"
        Customers.ContactTitle text collate "C"
        Customers.Address text collate "C"
        Customers.City text collate "C"
        Customers.Region text collate "C"
        Customers.PostalCode text collate "C"
        Customers.Country text collate "C"
        Customers.Phone text collate "C"
        Customers.Fax text collate "C"
        EmployeeTerritories.EmployeeID bigint not null
        EmployeeTerritories.TerritoryID text collate "C" not null
        Employees.EmployeeID bigint not null identity
        Employees.LastName text collate "C"
        Employees.FirstName text collate "C"
        Employees.Title text collate "C"
        Employees.TitleOfCourtesy text collate "C"
        Employees.BirthDate date
        Employees.HireDate date
        Employees.Address text collate "C"
        Employees.City text collate "C"
        Employees.Region text collate "C"
        Employees.PostalCode text collate "C"
        Employees.Country text collate "C"
        Employees.HomePhone text collate "C"
        Employees.Extension text collate "C"
        Employees.Photo bytea
        Employees.Notes text collate "C"
        Employees.ReportsTo bigint
        Employees.PhotoPath text collate "C"
        Order Details.OrderID bigint not null
        Order Details.ProductID bigint not null
        Order Details.UnitPrice numeric not null default 0
        Order Details.Quantity bigint not null default 1
        Order Details.Discount double precision not null default (0)::double precision
        Orders.OrderID bigint not null identity
        Orders.CustomerID text collate "C"
        Orders.EmployeeID bigint
        Orders.OrderDate timestamp without time zone
        Orders.RequiredDate timestamp without time zone
        Orders.ShippedDate timestamp without time zone
        Orders.ShipVia bigint
        Orders.Freight numeric default 0
        Orders.ShipName text collate "C"
        Orders.ShipAddress text collate "C"
        Orders.ShipCity text collate "C"
        Orders.ShipRegion text collate "C"
        Orders.ShipPostalCode text collate "C"
        Orders.ShipCountry text collate "C"
        Products.ProductID bigint not null identity
        Products.ProductName text collate "C" not null
        Products.SupplierID bigint
        Products.CategoryID bigint
        Products.QuantityPerUnit text collate "C"
        Products.UnitPrice numeric default 0
        Products.UnitsInStock bigint default 0
        Products.UnitsOnOrder bigint default 0
        Products.ReorderLevel bigint default 0
        Products.Discontinued text collate "C" not null default '0'::text
        Regions.RegionID bigint not null identity
        Regions.RegionDescription text collate "C" not null
        Shippers.ShipperID bigint not null identity
        Shippers.CompanyName text collate "C" not null
        Shippers.Phone text collate "C"
        Suppliers.SupplierID bigint not null identity
        Suppliers.CompanyName text collate "C" not null
        Suppliers.ContactName text collate "C"
        Suppliers.ContactTitle text collate "C"
        Suppliers.Address text collate "C"
        Suppliers.City text collate "C"
        Suppliers.Region text collate "C"
        Suppliers.PostalCode text collate "C"
        Suppliers.Country text collate "C"
        Suppliers.Phone text collate "C"
        Suppliers.Fax text collate "C"
        Suppliers.HomePage text collate "C"
        Territories.TerritoryID text collate "C" not null
        Territories.TerritoryDescription text collate "C" not null
        Territories.RegionID bigint not null
        """;

    /// <summary>Keys, composite ones too, and the CHECKs as PostgreSQL reads them.</summary>
    public const string Constraints = """
        Categories Categories_pkey PRIMARY KEY ("CategoryID")
        CustomerCustomerDemo CustomerCustomerDemo_CustomerID_fkey FOREIGN KEY ("CustomerID") REFERENCES "Customers"("CustomerID")
        CustomerCustomerDemo CustomerCustomerDemo_CustomerTypeID_fkey FOREIGN KEY ("CustomerTypeID") REFERENCES "CustomerDemographics"("CustomerTypeID")
        CustomerCustomerDemo CustomerCustomerDemo_pkey PRIMARY KEY ("CustomerID", "CustomerTypeID")
        CustomerDemographics CustomerDemographics_pkey PRIMARY KEY ("CustomerTypeID")
        Customers Customers_pkey PRIMARY KEY ("CustomerID")
        EmployeeTerritories EmployeeTerritories_EmployeeID_fkey FOREIGN KEY ("EmployeeID") REFERENCES "Employees"("EmployeeID")
        EmployeeTerritories EmployeeTerritories_TerritoryID_fkey FOREIGN KEY ("TerritoryID") REFERENCES "Territories"("TerritoryID")
        EmployeeTerritories EmployeeTerritories_pkey PRIMARY KEY ("EmployeeID", "TerritoryID")
        Employees Employees_ReportsTo_fkey FOREIGN KEY ("ReportsTo") REFERENCES "Employees"("EmployeeID")
        Employees Employees_pkey PRIMARY KEY ("EmployeeID")
        Order Details Order Details_check CHECK ((("Discount" >= (0)::double precision) AND ("Discount" <= (1)::double precision)))
        Order Details Order Details_check1 CHECK (("Quantity" > 0))
        Order Details Order Details_check2 CHECK (("UnitPrice" >= (0)::numeric))
        Order Details Order Details_OrderID_fkey FOREIGN KEY ("OrderID") REFERENCES "Orders"("OrderID")
        Order Details Order Details_ProductID_fkey FOREIGN KEY ("ProductID") REFERENCES "Products"("ProductID")
        Order Details Order Details_pkey PRIMARY KEY ("OrderID", "ProductID")
        Orders Orders_CustomerID_fkey FOREIGN KEY ("CustomerID") REFERENCES "Customers"("CustomerID")
        Orders Orders_EmployeeID_fkey FOREIGN KEY ("EmployeeID") REFERENCES "Employees"("EmployeeID")
        Orders Orders_ShipVia_fkey FOREIGN KEY ("ShipVia") REFERENCES "Shippers"("ShipperID")
        Orders Orders_pkey PRIMARY KEY ("OrderID")
        Products Products_check CHECK (("UnitPrice" >= (0)::numeric))
        Products Products_check1 CHECK (("ReorderLevel" >= 0))
        Products Products_check2 CHECK (("UnitsInStock" >= 0))
        Products Products_check3 CHECK (("UnitsOnOrder" >= 0))
        Products Products_CategoryID_fkey FOREIGN KEY ("CategoryID") REFERENCES "Categories"("CategoryID")
        Products Products_SupplierID_fkey FOREIGN KEY ("SupplierID") REFERENCES "Suppliers"("SupplierID")
        Products Products_pkey PRIMARY KEY ("ProductID")
        Regions Regions_pkey PRIMARY KEY ("RegionID")
        Shippers Shippers_pkey PRIMARY KEY ("ShipperID")
        Suppliers Suppliers_pkey PRIMARY KEY ("SupplierID")
        Territories Territories_RegionID_fkey FOREIGN KEY ("RegionID") REFERENCES "Regions"("RegionID")
        Territories Territories_pkey PRIMARY KEY ("TerritoryID")
        """;
}
